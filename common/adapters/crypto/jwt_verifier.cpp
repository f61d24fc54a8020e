#include "common/adapters/crypto/jwt_verifier.hpp"

#include "common/adapters/crypto/jwt.hpp"

#include <algorithm>

namespace harvest::crypto {
namespace {

constexpr std::int64_t max_seconds = 253'402'300'799; // the end of the year 9999
constexpr std::size_t max_keys = 16;

Result<std::string> decode_text(std::string_view part)
{
    const Result<Bytes> bytes = from_base64url(part);
    if (!bytes) return Errc::unauthenticated;
    return std::string(bytes->begin(), bytes->end());
}

// Not before it was made, not after its end, both within the skew allowed.
bool is_current(std::int64_t iat, std::int64_t exp, Millis now)
{
    if (iat < 0 || exp <= iat || exp > max_seconds) return false;
    return std::chrono::seconds{iat} <= now + jwt::clock_skew && now < std::chrono::seconds{exp};
}

} // namespace

JwtVerifier::JwtVerifier(std::size_t capacity) : capacity_(capacity) {}

Result<void> JwtVerifier::use_keys(std::string_view jwks)
{
    const Result<jwt::JwkSet> set = protocol::decode<jwt::JwkSet>(jwks);
    if (!set || set->keys.size() > max_keys) return Errc::invalid_argument;
    std::map<std::string, PublicKey, std::less<>> keys;
    for (const jwt::Jwk& jwk : set->keys) {
        if (jwk.kty != "EC" || jwk.crv != "P-256" || jwk.alg != jwt::algorithm || jwk.use != "sig")
            return Errc::invalid_argument;
        const Result<Bytes> x = from_base64url(jwk.x), y = from_base64url(jwk.y);
        if (!x || !y) return Errc::invalid_argument;
        Result<PublicKey> key = PublicKey::from_coordinates(*x, *y);
        if (!key) return key.error();
        keys.insert_or_assign(jwk.kid, std::move(*key));
    }
    const bool one_is_gone =
        std::any_of(keys_.begin(), keys_.end(), [&keys](const auto& old) { return !keys.contains(old.first); });
    if (one_is_gone) seen_.clear(); // what a withdrawn key signed is good no longer
    keys_ = std::move(keys);
    return {};
}

Result<std::string> JwtVerifier::verified_payload(std::string_view token, std::string_view type) const
{
    const Result<jwt::Parts> parts = jwt::split(token);
    if (!parts) return parts.error();
    const Result<std::string> header_text = decode_text(parts->header);
    if (!header_text) return header_text.error();
    // Strict: any other member (jku, jwk, x5u, crit, b64) makes it a token that we have not made.
    const Result<jwt::Header> header = protocol::decode<jwt::Header>(*header_text);
    if (!header || header->alg != jwt::algorithm || header->typ != type) return Errc::unauthenticated;
    const auto key = keys_.find(header->kid);
    // Only what could be a key of ours is worth a fetch.
    if (key == keys_.end()) return header->kid.size() == 43 ? Errc::not_found : Errc::unauthenticated;
    const Result<Bytes> signature = from_base64url(parts->signature);
    if (!signature || !key->second.verify(as_bytes(parts->signed_part), *signature)) return Errc::unauthenticated;
    return decode_text(parts->payload);
}

void JwtVerifier::keep(std::string_view token, const AccessClaims& claims, Millis now)
{
    if (seen_.size() >= capacity_) {
        std::erase_if(seen_, [now](const auto& entry) { return entry.second.expires_at <= now; });
        if (seen_.size() >= capacity_) seen_.clear(); // only a check each is lost
    }
    seen_.insert_or_assign(std::string(token), claims);
}

Result<AccessClaims> JwtVerifier::access(std::string_view token, Millis now)
{
    if (const auto seen = seen_.find(token); seen != seen_.end()) {
        if (now < seen->second.expires_at) return seen->second;
        seen_.erase(seen);
        return Errc::unauthenticated;
    }
    const Result<std::string> text = verified_payload(token, jwt::access_type);
    if (!text) return text.error();
    const Result<jwt::AccessPayload> payload = protocol::decode<jwt::AccessPayload>(*text);
    if (!payload || payload->iss != jwt::issuer || payload->aud != jwt::access_audience) return Errc::unauthenticated;
    if (!is_current(payload->iat, payload->exp, now)) return Errc::unauthenticated;
    AccessClaims claims;
    claims.player = payload->sub;
    claims.session = payload->sid;
    claims.name = payload->name;
    claims.bot = payload->bot.value_or(false);
    claims.issued_at = std::chrono::seconds{payload->iat};
    claims.expires_at = std::chrono::seconds{payload->exp};
    keep(token, claims, now);
    return claims;
}

Result<TicketClaims> JwtVerifier::ticket(std::string_view token, std::string_view instance, Millis now)
{
    const Result<std::string> text = verified_payload(token, jwt::ticket_type);
    if (!text) return text.error();
    const Result<jwt::TicketPayload> payload = protocol::decode<jwt::TicketPayload>(*text);
    if (!payload || payload->iss != jwt::issuer || payload->aud != instance) return Errc::unauthenticated;
    if (!is_current(payload->iat, payload->exp, now) || payload->seat < 0 || payload->seat > 2)
        return Errc::unauthenticated;
    TicketClaims claims;
    claims.player = payload->sub;
    claims.match = payload->mid;
    claims.seat = payload->seat;
    claims.judge = payload->judge.value_or(false);
    claims.instance = payload->aud;
    claims.issued_at = std::chrono::seconds{payload->iat};
    claims.expires_at = std::chrono::seconds{payload->exp};
    return claims;
}

} // namespace harvest::crypto
