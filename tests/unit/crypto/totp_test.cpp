#include "common/adapters/crypto/aes_sealer.hpp"
#include "common/adapters/crypto/totp.hpp"
#include "common/adapters/memory/seeded_entropy.hpp"
#include "common/ports/one_time_codes.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::crypto;

namespace {

const ByteView published = as_bytes("12345678901234567890");

struct App {
    memory::SeededEntropy entropy{1};
    AesSealer sealer{AesKey{7}, entropy};
    Totp codes{sealer, entropy};
    PlayerId player{"p_1"};
    Bytes box = sealer.seal(published, "totp:p_1");
};

} // namespace

TEST_CASE("a code is good in its step and the ones beside it, and never after a later one", "[crypto]")
{
    App app;
    const auto check = [&](std::string_view code, Millis now, std::int64_t after = 0) {
        return app.codes.check(app.box, app.player, code, after, now);
    };
    CHECK(check("287082", 59s).value() == 1); // RFC 6238 appendix B, its last six digits
    CHECK(check("287082", 30s).value() == 1);
    CHECK(check("287082", 0s).value() == 1);       // a clock that is late
    CHECK(check("287082", 89'999ms).value() == 1); // or early
    CHECK(check("287082", 90s).error() == Errc::not_found);
    CHECK(check("287082", 59s, 1).error() == Errc::not_found);
    CHECK(check("359152", 59s, 1).value() == 2);
    for (const char* wrong : {"", "287083", "28708", "2870820", "94287082", "abcdef"})
        CHECK(check(wrong, 59s).error() == Errc::not_found);
}

TEST_CASE("a key is random, sealed, and one player's", "[crypto]")
{
    App app;
    const CodeKey key = app.codes.make(app.player), other = app.codes.make(app.player);
    CHECK(key.secret.size() == 32);
    CHECK(key.secret != other.secret);
    CHECK(app.codes.check(app.box, PlayerId{"p_2"}, "287082", 0, 59s).error() == Errc::data_loss);
    CHECK(std::string(key.box.begin(), key.box.end()).find(key.secret) == std::string::npos);
}
