// Access tokens and match tickets: JWTs signed with ES256 (RFC 7519, 8725). Only auth holds a signer.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"
#include "common/ports/records/account.hpp"

#include <string>
#include <string_view>

namespace harvest {

struct AccessClaims {
    PlayerId player;
    SessionId session;
    std::string name;
    bool bot{};
    Millis issued_at{}, expires_at{};
};

struct TicketClaims {
    PlayerId player;
    MatchId match;
    int seat{};           // 1 or 2; 0 watches
    std::string instance; // "instance-0": good there only
    Millis issued_at{}, expires_at{};
    bool judge{}; // watches without delay
};

class TokenSigner {
public:
    virtual ~TokenSigner() = default;
    virtual std::string access_token(const AccessClaims& claims) = 0;
    virtual std::string ticket(const TicketClaims& claims) = 0;
    // The refresh token of a session's generation, always the same one for the same arguments.
    virtual std::string refresh_token(const SessionId& session, std::int64_t generation) = 0;
    virtual TokenHash hash(std::string_view opaque_token) const = 0;
    virtual std::string jwks() const = 0; // RFC 7517: the current key and those still in their overlap
    // Takes the newest key from the key directory, or makes one (`rotate`), keeping the old ones for the overlap.
    virtual Result<void> rotate(Millis now) = 0;
};

// One a daemon: not shared between threads. It keeps what it has verified until that expires.
class TokenVerifier {
public:
    virtual ~TokenVerifier() = default;
    // Errors: unauthenticated (bad, expired or foreign token), not_found (its `kid` is unknown: fetch the keys).
    virtual Result<AccessClaims> access(std::string_view token, Millis now) = 0;
    virtual Result<TicketClaims> ticket(std::string_view token, std::string_view instance, Millis now) = 0;
    virtual Result<void> use_keys(std::string_view jwks) = 0;
};

} // namespace harvest
