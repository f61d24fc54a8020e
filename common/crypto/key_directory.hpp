// The secrets of one installation: files of mode 0600 in a directory of mode 0700, made on first use.
// Development secrets are the same everywhere; a directory that holds one opens only where they are allowed.
#pragma once

#include "common/base/time.hpp"
#include "common/crypto/aes_gcm.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/es256.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace harvest::crypto {

enum class Secrets { own, development };
enum class TokenKeys { held, left }; // left: neither read nor made, by who never signs a token

// A key that signs tokens; `kid` is its thumbprint.
struct TokenKey {
    PrivateKey key;
    std::string kid;
    Millis created_at{};
};

// What a TLS or DTLS listener shows. PEM.
struct TlsIdentity {
    std::string certificate, private_key;
    std::string fingerprint; // hex SHA-256 of the certificate
    Millis not_after{};
};

class KeyDirectory {
public:
    // `why` names the file and the reason. Errors: unavailable (no access), data_loss (a file is not what its name
    // says), failed_precondition (development secrets where only own ones are allowed).
    static Result<KeyDirectory> open(std::filesystem::path directory, Secrets secrets, Millis now, std::string& why,
                                     TokenKeys token_keys = TokenKeys::held);

    const std::vector<TokenKey>& token_keys() const { return token_keys_; } // oldest first; empty only if left
    const Digest& refresh_key() const { return refresh_key_; }
    const AesKey& seal_key() const { return seal_key_; }

    Result<TokenKey> add_token_key(Millis now);
    // Deletes keys made before `created_before`, never the newest.
    Result<void> drop_token_keys(Millis created_before);
    // A self-signed identity for these names, made anew if it is missing, lacks one of them or ends within 30 days.
    Result<TlsIdentity> tls_identity(std::span<const std::string> names, Millis now, std::string& why);

private:
    KeyDirectory(std::filesystem::path directory, Secrets secrets) : directory_(std::move(directory)), secrets_(secrets)
    {
    }
    Result<void> load_token_keys(Millis now, std::string& why);
    Result<Digest> secret(const std::string& name, std::string& why);
    Result<PrivateKey> private_key(const std::string& name, std::string& why);

    std::filesystem::path directory_;
    Secrets secrets_;
    std::vector<TokenKey> token_keys_;
    Digest refresh_key_{};
    AesKey seal_key_{};
};

// An identity from an operator's own files. Errors: not_found (cannot be read), invalid_argument (not PEM, or the key
// is another's), failed_precondition (expired).
Result<TlsIdentity> load_tls_identity(const std::filesystem::path& certificate, const std::filesystem::path& key,
                                      Millis now, std::string& why);

} // namespace harvest::crypto
