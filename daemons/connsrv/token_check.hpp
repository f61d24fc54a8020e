// Verifies access tokens with auth's public keys, which are fetched when needed: at most once in 30 s.
#pragma once

#include "common/ports/rpc.hpp"
#include "common/ports/tokens.hpp"

namespace harvest::connsrv {

class TokenCheck {
public:
    TokenCheck(TokenVerifier& verifier, Rpc& rpc, Clock& clock) : verifier_(verifier), rpc_(rpc), clock_(clock) {}

    // Errors: unauthenticated, unavailable (no keys yet), timed_out.
    AsyncResult<AccessClaims> check(std::string token, Deadline by);
    // Errors: unavailable, timed_out.
    AsyncResult<void> fetch_keys(Deadline by);
    bool has_keys() const { return has_keys_; }

private:
    TokenVerifier& verifier_;
    Rpc& rpc_;
    Clock& clock_;
    bool has_keys_{}, fetching_{};
    Millis fetched_at_{};
};

} // namespace harvest::connsrv
