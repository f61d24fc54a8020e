// TokenSigner with the keys of a KeyDirectory. For any thread.
// A new key is published at once and signs only after `activation`, so that every verifier has it by then.
#pragma once

#include "common/crypto/key_directory.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/tokens.hpp"

#include <mutex>

namespace harvest::crypto {

struct SignerOptions {
    Millis activation{120s};
    Millis overlap{1h}; // how long a replaced key stays published after its successor signs
};

class Es256Signer final : public TokenSigner {
public:
    Es256Signer(KeyDirectory keys, SignerOptions options, const Clock& clock, Entropy& entropy);

    std::string access_token(const AccessClaims& claims) override;
    std::string ticket(const TicketClaims& claims) override;
    std::string refresh_token(const SessionId& session, std::int64_t generation) override;
    TokenHash hash(std::string_view opaque_token) const override;
    std::string jwks() const override;
    Result<void> rotate(Millis now) override;

private:
    TokenKey current() const; // the newest that is active
    std::string sign(std::string_view type, const std::string& payload) const;
    std::string token_id();

    mutable std::mutex mutex_; // rotation against signing on other threads
    KeyDirectory keys_;
    SignerOptions options_;
    const Clock& clock_;
    Entropy& entropy_;
};

} // namespace harvest::crypto
