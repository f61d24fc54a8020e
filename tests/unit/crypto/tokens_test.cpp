#include "common/adapters/crypto/es256_signer.hpp"
#include "common/adapters/crypto/jwt.hpp"
#include "common/adapters/crypto/jwt_verifier.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/seeded_entropy.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <random>

using namespace harvest;
using namespace harvest::crypto;

namespace {

const PlayerId player{"p_01JDC8Z5K7QMBW2X9T4R6V0HNE"};
const SessionId session{"s_01JDC8Z5K7QMBW2X9T4R6V0HNF"};
const MatchId match{"m_01JDC8Z5K7QMBW2X9T4R6V0HNG"};

struct World {
    World()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "harvest-tokens-XXXXXX").string();
        path = mkdtemp(pattern.data());
        std::string why;
        Result<KeyDirectory> keys = KeyDirectory::open(path, Secrets::own, clock.now(), why);
        REQUIRE(keys.has_value());
        key.emplace(keys->token_keys().front().key);
        kid = keys->token_keys().front().kid;
        signer.emplace(std::move(*keys), SignerOptions{}, clock, entropy);
        REQUIRE(verifier.use_keys(signer->jwks()).has_value());
    }
    ~World() { std::filesystem::remove_all(path); }

    AccessClaims claims() const
    {
        AccessClaims out{player, session, "kestrel", false, clock.now(), clock.now() + 10min};
        return out;
    }
    std::string token() { return signer->access_token(claims()); }

    // Any header and payload under the right key.
    std::string forge(std::string_view header, std::string_view payload) const
    {
        std::string text = to_base64url(as_bytes(header)) + "." + to_base64url(as_bytes(payload));
        const Signature signature = key->sign(as_bytes(text));
        return text + "." + to_base64url(signature);
    }
    std::string header() const { return R"({"alg":"ES256","kid":")" + kid + R"(","typ":"at+jwt"})"; }
    std::string payload(std::string_view iat = {}, std::string_view exp = {}) const
    {
        const std::string now = std::to_string(clock.now().count() / 1000);
        const std::string end = std::to_string(clock.now().count() / 1000 + 600);
        return R"({"iss":"harvest","aud":"harvest","sub":")" + player.value + R"(","sid":")" + session.value +
               R"(","jti":"x","name":"kestrel","iat":)" + std::string(iat.empty() ? now : iat) + R"(,"exp":)" +
               std::string(exp.empty() ? end : exp) + "}";
    }

    std::filesystem::path path;
    memory::ManualClock clock;
    memory::SeededEntropy entropy{1};
    std::optional<PrivateKey> key;
    std::string kid;
    std::optional<Es256Signer> signer;
    JwtVerifier verifier;
};

std::string replaced(std::string text, std::string_view from, std::string_view to)
{
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("an access token says who and until when, the first time and from memory", "[tokens]")
{
    World world;
    const std::string token = world.token();
    for (int i = 0; i < 2; ++i) {
        const Result<AccessClaims> claims = world.verifier.access(token, world.clock.now());
        REQUIRE(claims.has_value());
        CHECK(claims->player == player);
        CHECK(claims->session == session);
        CHECK(claims->name == "kestrel");
        CHECK(claims->expires_at == world.clock.now() + 10min);
    }
    CHECK(world.verifier.access(token, world.clock.now() + 10min).error() == Errc::unauthenticated);
    CHECK(world.verifier.access(token, world.clock.now() + 1h).error() == Errc::unauthenticated);
}

TEST_CASE("a ticket is good at its instance only, and is no access token", "[tokens]")
{
    World world;
    const Millis now = world.clock.now();
    const std::string ticket = world.signer->ticket({player, match, 2, "instance-0", now, now + 5min});
    const Result<TicketClaims> claims = world.verifier.ticket(ticket, "instance-0", now);
    REQUIRE(claims.has_value());
    CHECK(claims->match == match);
    CHECK(claims->seat == 2);
    CHECK(world.verifier.ticket(ticket, "instance-1", now).error() == Errc::unauthenticated);
    CHECK(world.verifier.ticket(ticket, "instance-0", now + 5min).error() == Errc::unauthenticated);
    CHECK(world.verifier.access(ticket, now).error() == Errc::unauthenticated);
    CHECK(world.verifier.ticket(world.token(), "instance-0", now).error() == Errc::unauthenticated);
    CHECK(world.verifier.access(world.signer->refresh_token(session, 1), now).error() == Errc::unauthenticated);
}

TEST_CASE("T23: the forge makes good tokens, so that what it bends is why they are refused", "[tokens]")
{
    World world;
    CHECK(world.verifier.access(world.forge(world.header(), world.payload()), world.clock.now()).has_value());
}

TEST_CASE("T23: no bad header is taken, under the right signature even", "[tokens]")
{
    World world;
    const std::string good = world.header();
    std::vector<std::string> headers;
    for (const char* alg : {"none", "None", "NONE", "nOnE", "", "HS256", "HS512", "RS256", "ES384", "ES512", "PS256",
                            "EdDSA", "es256", "ES256 ", "ES256\\u0000"})
        headers.push_back(replaced(good, "ES256", alg));
    for (const char* type : {"JWT", "jwt", "ticket+jwt", "AT+JWT", "application/at+jwt", "", "refresh"})
        headers.push_back(replaced(good, "at+jwt", type));
    for (const char* kid : {"", "../../etc/passwd", "/dev/null", "' OR 1=1 --", "0", "kid\\u0000", "*", "%2e%2e"})
        headers.push_back(replaced(good, world.kid, kid));
    headers.push_back(replaced(good, world.kid, std::string(10'000, 'k')));
    for (const char* extra : {R"("jku":"https://evil.example/jwks")", R"("x5u":"https://evil.example/c")",
                              R"("jwk":{"kty":"EC"})", R"("crit":["exp"])", R"("b64":false)", R"("zip":"DEF")",
                              R"("x5c":["AAAA"])", R"("cty":"JWT")", R"("alg":"none")", R"("epk":{})", R"("enc":"A")"})
        headers.push_back(replaced(good, "}", "," + std::string(extra) + "}"));
    for (const char* whole : {"", "{}", "null", "[]", "1", "\"ES256\"", "{", R"({"alg":"ES256"})"})
        headers.emplace_back(whole);
    headers.push_back(replaced(good, R"("ES256")", "256"));
    headers.push_back(replaced(good, R"("ES256")", R"(["ES256"])"));
    headers.push_back(replaced(good, R"("ES256")", "null"));
    for (const std::string& header : headers) {
        INFO(header);
        CHECK(world.verifier.access(world.forge(header, world.payload()), world.clock.now()).has_error());
    }
    CHECK(headers.size() >= 50);
}

TEST_CASE("T23: no bad payload is taken, under the right signature even", "[tokens]")
{
    World world;
    const std::string good = world.payload();
    const std::int64_t now = world.clock.now().count() / 1000;
    std::vector<std::string> payloads;
    const auto at = [](std::int64_t time) { return std::to_string(time); };
    for (const std::string& exp :
         {at(now), at(now - 1), at(now - 600), std::string("0"), std::string("-1"), "\"" + at(now + 600) + "\"",
          at(now + 600) + ".5", at(now + 600) + "e0", std::string("1e400"), std::string("null"), std::string("true"),
          std::string("[]"), std::string("{}"), std::string("9223372036854775807"), std::string("NaN"),
          std::string("18446744073709551615"), std::string("99999999999999999999")})
        payloads.push_back(world.payload({}, exp));
    for (const std::string& iat : {at(now + 61), at(now + 700), std::string("-1"), std::string("null"),
                                   "\"" + at(now) + "\"", at(now) + ".0", std::string("9223372036854775807")})
        payloads.push_back(world.payload(iat));
    for (const char* audience : {"", "instance-0", "Harvest", "harvest ", "*"})
        payloads.push_back(replaced(good, R"("aud":"harvest")", R"("aud":")" + std::string(audience) + '"'));
    payloads.push_back(replaced(good, R"("aud":"harvest")", R"("aud":["harvest"])"));
    for (const char* issuer : {"", "evil", "harvest.example", "HARVEST"})
        payloads.push_back(replaced(good, R"("iss":"harvest")", R"("iss":")" + std::string(issuer) + '"'));
    for (const char* subject : {"", "p_", "p_1", "s_01JDC8Z5K7QMBW2X9T4R6V0HNE", "p_01JDC8Z5K7QMBW2X9T4R6V0HNE'",
                                "P_01JDC8Z5K7QMBW2X9T4R6V0HNE", "p_01jdc8z5k7qmbw2x9t4r6v0hne", "*"})
        payloads.push_back(replaced(good, player.value, subject));
    for (const char* sid : {"", "s_", "p_01JDC8Z5K7QMBW2X9T4R6V0HNE", "s_../../../../../../../../../x"})
        payloads.push_back(replaced(good, session.value, sid));
    for (const char* member : {"iss", "aud", "sub", "sid", "jti", "name", "iat", "exp"})
        payloads.push_back(replaced(good, '"' + std::string(member) + '"', "\"x" + std::string(member) + '"'));
    for (const char* extra : {R"("admin":true)", R"("exp":99999999999)", R"("sub":"p_01JDC8Z5K7QMBW2X9T4R6V0HNX")",
                              R"("scope":"*")", R"("nbf":99999999999)"})
        payloads.push_back(replaced(good, "}", "," + std::string(extra) + "}"));
    for (const char* whole : {"", "{}", "null", "[]", "{{", "\xff\xfe"}) payloads.emplace_back(whole);
    for (const std::string& payload : payloads) {
        INFO(payload);
        CHECK(world.verifier.access(world.forge(world.header(), payload), world.clock.now()).has_error());
    }
    CHECK(payloads.size() >= 60);
}

TEST_CASE("T23: no bent, cut or reassembled token is taken", "[tokens]")
{
    World world;
    const Millis now = world.clock.now();
    const std::string good = world.token();
    const Result<jwt::Parts> parts = jwt::split(good);
    const std::string header(parts->header), payload(parts->payload), signature(parts->signature);
    std::vector<std::string> tokens;
    std::minstd_rand chance(23);
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n";
    for (std::size_t i = 0; i < 300; ++i) {
        std::string bent = good;
        const std::size_t at = chance() % bent.size();
        const char other = alphabet[chance() % alphabet.size()];
        if (other == bent[at]) continue;
        bent[at] = other;
        tokens.push_back(std::move(bent));
    }
    for (std::size_t size = 0; size < good.size(); size += 7) tokens.push_back(good.substr(0, size));
    for (const std::string& other :
         {header + "." + payload, header + "." + payload + ".", "." + payload + "." + signature,
          header + ".." + signature, good + ".", "." + good, good + "=", good + " ", " " + good, good + "." + good,
          std::string(1'000'000, 'a'), std::string("..."), std::string(5'000, '.'),
          payload + "." + header + "." + signature})
        tokens.push_back(other);
    // The public key as an HMAC secret, and a key of one's own under our kid.
    const PrivateKey own = PrivateKey::generate();
    const Signature foreign = own.sign(as_bytes(parts->signed_part));
    tokens.push_back(header + "." + payload + "." + to_base64url(foreign));
    tokens.push_back(header + "." + payload + "." +
                     to_base64url(hmac_sha256(as_bytes(world.signer->jwks()), as_bytes(parts->signed_part))));
    for (const std::string& token : tokens) {
        INFO(token.substr(0, 400));
        CHECK(world.verifier.access(token, now).has_error());
    }
    CHECK(tokens.size() >= 200);
    CHECK(world.verifier.access(good, now).has_value());
}

TEST_CASE("T23: only a kid that could be ours asks for a fetch", "[tokens]")
{
    World world;
    const std::string strange = PrivateKey::generate().public_key().thumbprint();
    const auto with_kid = [&world](std::string_view kid) {
        return world.forge(replaced(world.header(), world.kid, kid), world.payload());
    };
    CHECK(world.verifier.access(with_kid(strange), world.clock.now()).error() == Errc::not_found);
    CHECK(world.verifier.access(with_kid("short"), world.clock.now()).error() == Errc::unauthenticated);
}

TEST_CASE("T23: a rotation refuses no good token", "[tokens]")
{
    World world;
    const std::string before = world.token();
    REQUIRE(world.signer->rotate(world.clock.now()).has_value());
    // The new key is published at once, and signs only when every verifier has had time to fetch it.
    CHECK(world.verifier.access(world.token(), world.clock.now()).has_value());
    REQUIRE(world.verifier.use_keys(world.signer->jwks()).has_value());
    world.clock.advance(121s);
    const std::string after = world.token();
    CHECK(jwt::split(after)->header != jwt::split(before)->header);
    CHECK(world.verifier.access(after, world.clock.now()).has_value());
    CHECK(world.verifier.access(before, world.clock.now()).has_value());
    world.clock.advance(2h);
    REQUIRE(world.signer->rotate(world.clock.now()).has_value());
    const std::string keys = world.signer->jwks();
    CHECK(keys.find(world.kid) == std::string::npos);
}

TEST_CASE("what a withdrawn key has signed is good no longer", "[tokens]")
{
    World world, other;
    const std::string token = world.token();
    REQUIRE(world.verifier.access(token, world.clock.now()).has_value());
    REQUIRE(world.verifier.use_keys(other.signer->jwks()).has_value());
    CHECK(world.verifier.access(token, world.clock.now()).has_error());
}

TEST_CASE("a refresh token follows from session, generation and the installation's key", "[tokens]")
{
    World world;
    const std::string token = world.signer->refresh_token(session, 5);
    CHECK(token == world.signer->refresh_token(session, 5));
    CHECK(token != world.signer->refresh_token(session, 6));
    CHECK(token != World().signer->refresh_token(session, 5)); // another installation's key
    CHECK(world.signer->hash(token) == sha256(as_bytes(token)));
}

TEST_CASE("keys that are not a good key set change nothing", "[tokens]")
{
    World world;
    for (const std::string keys : {"", "{}", "[]", R"({"keys":[{}]})", R"({"keys":[{"kty":"oct","k":"AAAA"}]})"})
        CHECK(world.verifier.use_keys(keys).has_error());
    CHECK(world.verifier.use_keys(replaced(world.signer->jwks(), "\"ES256\"", "\"HS256\"")).has_error());
    CHECK(world.verifier.access(world.token(), world.clock.now()).has_value());
}
