// The private CA of an installation, by which its daemons know each other under mutual TLS. One directory, mode 0700,
// files of mode 0600: ca.crt (every CA that is trusted, the newest first), ca.key (of the newest), and <file>.crt and
// <file>.key for each process.
#pragma once

#include "common/crypto/x509.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace harvest::crypto {

// What the certificate of a process says about the daemons in it: "auth" is the DNS name "auth.harvest".
std::string daemon_certificate_name(std::string_view daemon);

struct CaEntry {
    std::string file; // "ca.crt", "auth.crt"
    CertificateInfo info;
    bool is_ca{};
    std::size_t generation{}; // of its CA in the bundle, 1 for the newest; 0: of none
};

class PrivateCa {
public:
    // `why` names the file and the reason. Errors: already_exists, unavailable (cannot be written).
    static Result<PrivateCa> init(std::filesystem::path directory, Millis now, Millis life, std::string& why);
    // Errors: not_found (no CA there), data_loss (its files do not fit each other).
    static Result<PrivateCa> open(std::filesystem::path directory, std::string& why);

    // Writes <file>.crt and <file>.key, both anew, never outliving the CA. Errors: invalid_argument (a bad file or DNS
    // name), failed_precondition (the CA has expired), unavailable.
    Result<CertificateInfo> issue(const std::string& file, std::span<const std::string> names, Millis now, Millis life,
                                  std::string& why);
    // A new CA that signs from now on, while the old one stays trusted. Errors: failed_precondition (two are trusted
    // already), unavailable.
    Result<void> rotate(Millis now, Millis life, std::string& why);
    // Trusts the newest CA only. Errors: failed_precondition (a certificate here is of an older one), unavailable.
    Result<void> retire(std::string& why);
    // The CAs first, then what lies beside them, by name.
    std::vector<CaEntry> list() const;

    const std::vector<std::string>& trusted() const { return trusted_; } // PEM, the newest first

private:
    PrivateCa(std::filesystem::path directory, PrivateKey key, std::vector<std::string> trusted)
        : directory_(std::move(directory)),
          key_(std::move(key)),
          trusted_(std::move(trusted))
    {
    }
    Result<void> write(std::string& why) const;

    std::filesystem::path directory_;
    PrivateKey key_;
    std::vector<std::string> trusted_;
};

// What a process shows its peers and whom it trusts. PEM.
struct PeerIdentity {
    std::string certificate, private_key, ca_bundle;
    std::vector<std::string> names; // of the certificate
    Millis not_after{};
};

struct PeerFiles {
    std::filesystem::path ca, certificate, key;
};

// `why` is one line that names the file, the reason and what to type. Errors: not_found (cannot be read),
// invalid_argument (not PEM, another's key, of no CA in the bundle), failed_precondition (expired, not yet valid).
Result<PeerIdentity> load_peer_identity(const PeerFiles& files, Millis now, std::string& why);

} // namespace harvest::crypto
