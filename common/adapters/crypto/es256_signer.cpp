#include "common/adapters/crypto/es256_signer.hpp"

#include "common/adapters/crypto/jwt.hpp"

namespace harvest::crypto {
namespace {

std::int64_t seconds(Millis time)
{
    return std::chrono::floor<std::chrono::seconds>(time).count();
}

} // namespace

Es256Signer::Es256Signer(KeyDirectory keys, SignerOptions options, const Clock& clock, Entropy& entropy)
    : keys_(std::move(keys)),
      options_(options),
      clock_(clock),
      entropy_(entropy)
{
}

TokenKey Es256Signer::current() const
{
    const std::lock_guard lock(mutex_);
    const std::vector<TokenKey>& keys = keys_.token_keys();
    for (auto key = keys.rbegin(); key != keys.rend(); ++key)
        if (key->created_at + options_.activation <= clock_.now()) return *key;
    return keys.front();
}

std::string Es256Signer::sign(std::string_view type, const std::string& payload) const
{
    const TokenKey key = current();
    jwt::Header header;
    header.alg = jwt::algorithm;
    header.kid = key.kid;
    header.typ = type;
    std::string token = to_base64url(as_bytes(protocol::encode(header))) + '.' + to_base64url(as_bytes(payload));
    const Signature signature = key.key.sign(as_bytes(token));
    token += '.';
    token += to_base64url(signature);
    return token;
}

std::string Es256Signer::token_id()
{
    return to_base64url(entropy_.bytes<16>());
}

std::string Es256Signer::access_token(const AccessClaims& claims)
{
    jwt::AccessPayload payload;
    payload.iss = jwt::issuer;
    payload.aud = jwt::access_audience;
    payload.sub = claims.player;
    payload.sid = claims.session;
    payload.jti = token_id();
    payload.name = claims.name;
    if (claims.bot) payload.bot = true;
    payload.iat = seconds(claims.issued_at);
    payload.exp = seconds(claims.expires_at);
    return sign(jwt::access_type, protocol::encode(payload));
}

std::string Es256Signer::ticket(const TicketClaims& claims)
{
    jwt::TicketPayload payload;
    payload.iss = jwt::issuer;
    payload.aud = claims.instance;
    payload.sub = claims.player;
    payload.mid = claims.match;
    payload.seat = claims.seat;
    if (claims.judge) payload.judge = true;
    payload.jti = token_id();
    payload.iat = seconds(claims.issued_at);
    payload.exp = seconds(claims.expires_at);
    return sign(jwt::ticket_type, protocol::encode(payload));
}

std::string Es256Signer::refresh_token(const SessionId& session, std::int64_t generation)
{
    // It names its session and generation, so that one which is long used up still betrays its family.
    std::string text = "hr." + session.value + '.' + std::to_string(generation);
    const Digest proof = hmac_sha256(keys_.refresh_key(), as_bytes(text));
    text += '.';
    text += to_base64url(proof);
    return text;
}

TokenHash Es256Signer::hash(std::string_view opaque_token) const
{
    return sha256(as_bytes(opaque_token));
}

std::string Es256Signer::jwks() const
{
    const std::lock_guard lock(mutex_);
    const std::vector<TokenKey>& keys = keys_.token_keys();
    jwt::JwkSet set;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const bool replaced = i + 1 < keys.size();
        if (replaced && keys[i + 1].created_at + options_.activation + options_.overlap < clock_.now()) continue;
        const PublicKey& point = keys[i].key.public_key();
        set.keys.push_back({"EC", "P-256", to_base64url(point.x()), to_base64url(point.y()), keys[i].kid, "sig",
                            std::string(jwt::algorithm)});
    }
    return protocol::encode(set);
}

Result<void> Es256Signer::rotate(Millis now)
{
    const std::lock_guard lock(mutex_);
    const Result<TokenKey> added = keys_.add_token_key(now);
    if (!added) return added.error();
    const std::vector<TokenKey>& keys = keys_.token_keys();
    Millis oldest_needed = keys.back().created_at;
    for (std::size_t i = keys.size() - 1; i-- > 0;) {
        oldest_needed = keys[i].created_at;
        if (i > 0 && keys[i].created_at + options_.activation + options_.overlap < now) break;
    }
    return keys_.drop_token_keys(oldest_needed);
}

} // namespace harvest::crypto
