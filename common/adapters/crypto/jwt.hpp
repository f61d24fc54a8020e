// Our two kinds of JWT (RFC 7519), checked as RFC 8725 asks: algorithm, type, issuer and audience are pinned, and keys
// come from the configured set only.
#pragma once

#include "common/ports/tokens.hpp"
#include "common/protocol/json.hpp"

namespace harvest::crypto::jwt {

inline constexpr std::string_view algorithm = "ES256", issuer = "harvest";
inline constexpr std::string_view access_type = "at+jwt", access_audience = "harvest"; // RFC 9068 §2.1
inline constexpr std::string_view ticket_type = "ticket+jwt";                          // its audience is the instance
inline constexpr std::size_t max_length = 4'096;
inline constexpr Millis clock_skew = 60s;

struct Header {
    std::string alg, kid, typ;
};
BOOST_DESCRIBE_STRUCT(Header, (), (alg, kid, typ))

struct AccessPayload {
    std::string iss, aud;
    PlayerId sub;
    SessionId sid;
    std::string jti, name;
    std::optional<bool> bot;
    std::int64_t iat{}, exp{}; // seconds
};
BOOST_DESCRIBE_STRUCT(AccessPayload, (), (iss, aud, sub, sid, jti, name, bot, iat, exp))

struct TicketPayload {
    std::string iss, aud;
    PlayerId sub;
    MatchId mid;
    int seat{};
    std::optional<bool> judge;
    std::string jti;
    std::int64_t iat{}, exp{};
};
BOOST_DESCRIBE_STRUCT(TicketPayload, (), (iss, aud, sub, mid, seat, judge, jti, iat, exp))

struct Jwk {
    std::string kty, crv, x, y, kid, use, alg;
};
BOOST_DESCRIBE_STRUCT(Jwk, (), (kty, crv, x, y, kid, use, alg))

struct JwkSet {
    std::vector<Jwk> keys;
};
BOOST_DESCRIBE_STRUCT(JwkSet, (), (keys))

// The three parts of a compact JWS, still encoded. Errors: unauthenticated.
struct Parts {
    std::string_view header, payload, signature, signed_part;
};
Result<Parts> split(std::string_view token);

} // namespace harvest::crypto::jwt
