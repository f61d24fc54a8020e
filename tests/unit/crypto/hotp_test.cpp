#include "common/crypto/hotp.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::crypto;

TEST_CASE("HOTP and TOTP codes", "[crypto]")
{
    const ByteView published = as_bytes("12345678901234567890");
    // RFC 4226 appendix D
    constexpr std::array first{"755224", "287082", "359152", "969429", "338314",
                               "254676", "287922", "162583", "399871", "520489"};
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(hotp(published, i, 6) == first[i]);
    // RFC 6238 appendix B
    CHECK(hotp(published, 59 / 30, 8) == "94287082");
    CHECK(hotp(published, 1'111'111'109 / 30, 8) == "07081804");
    CHECK(hotp(published, 1'111'111'111 / 30, 8) == "14050471");
    CHECK(hotp(published, 1'234'567'890 / 30, 8) == "89005924");
    CHECK(hotp(published, 2'000'000'000 / 30, 8) == "69279037");
    CHECK(hotp(published, 20'000'000'000 / 30, 8) == "65353130");
}
