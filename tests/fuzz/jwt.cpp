// H7: no bytes but those that auth signed pass the JWT verifier, and none harm it; nor does a JWKS of any bytes.
#include "common/adapters/crypto/jwt.hpp"

#include "common/adapters/crypto/jwt_verifier.hpp"
#include "common/base/assert.hpp"

using namespace harvest;
using namespace harvest::crypto;

namespace {

constexpr Millis now{1'790'000'000'000};

std::string key_set(const PublicKey& key)
{
    jwt::JwkSet set;
    set.keys.push_back({"EC", "P-256", to_base64url(key.x()), to_base64url(key.y()), key.thumbprint(), "sig", "ES256"});
    return protocol::encode(set);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const PrivateKey key = PrivateKey::derive("fuzz");
    static JwtVerifier verifier = [] {
        JwtVerifier fresh;
        HARVEST_ASSERT(fresh.use_keys(key_set(key.public_key())).has_value());
        return fresh;
    }();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    HARVEST_ASSERT(!verifier.access(text, now).has_value());
    HARVEST_ASSERT(!verifier.ticket(text, "instance-0", now).has_value());
    // Under our own signature the payload alone decides; whatever is taken is whole.
    jwt::Header header{"ES256", key.public_key().thumbprint(), std::string(jwt::access_type)};
    std::string token = to_base64url(as_bytes(protocol::encode(header))) + '.' + to_base64url({data, size});
    const Signature signature = key.sign(as_bytes(token));
    token += '.';
    token += to_base64url(signature);
    const Result<AccessClaims> claims = verifier.access(token, now);
    HARVEST_ASSERT(!claims || (claims->expires_at > now && !claims->player.empty() && !claims->session.empty()));
    JwtVerifier other;
    const Result<void> ignored = other.use_keys(text);
    static_cast<void>(ignored);
    return 0;
}
