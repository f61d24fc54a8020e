#include "common/base/base32.hpp"

#include <catch2/catch.hpp>

using namespace harvest;

TEST_CASE("base32 without padding", "[encoding]")
{
    // RFC 4648 §10
    CHECK(to_base32({}).empty());
    CHECK(to_base32(as_bytes("f")) == "MY");
    CHECK(to_base32(as_bytes("fo")) == "MZXQ");
    CHECK(to_base32(as_bytes("foo")) == "MZXW6");
    CHECK(to_base32(as_bytes("foob")) == "MZXW6YQ");
    CHECK(to_base32(as_bytes("fooba")) == "MZXW6YTB");
    CHECK(to_base32(as_bytes("foobar")) == "MZXW6YTBOI");
}
