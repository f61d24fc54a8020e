// The verifier and auth's public keys: fetched at the start and now and then, and for a `kid` that nobody knows at most
// once in `at_least`, whatever arrives.
#pragma once

#include "common/ports/rpc.hpp"
#include "common/ports/tokens.hpp"

namespace harvest::gateway {

class TokenKeys {
public:
    TokenKeys(TokenVerifier& verifier, Rpc& rpc, Clock& clock, Millis at_least)
        : verifier_(verifier),
          rpc_(rpc),
          clock_(clock),
          at_least_(at_least)
    {
    }

    // Errors: unauthenticated, not_found (an unknown key: fetch and try again).
    Result<AccessClaims> check(std::string_view token) { return verifier_.access(token, clock_.now()); }
    // Fetches if it is time. Errors: unauthenticated (it is not), those of Rpc.
    AsyncResult<void> fetch_if_due(Deadline by);
    AsyncResult<void> fetch(Deadline by);
    bool have() const { return have_; }

private:
    TokenVerifier& verifier_;
    Rpc& rpc_;
    Clock& clock_;
    Millis at_least_;
    Millis asked_at_{};
    bool asked_ = false, have_ = false;
};

} // namespace harvest::gateway
