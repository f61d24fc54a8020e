#include "cli/api/admin_api.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::cli::api;

TEST_CASE("a seeded player's secret is the installation's: the same again, and another elsewhere", "[cli]")
{
    const crypto::Digest key{1, 2, 3}, other{1, 2, 4};
    const std::string secret = seeded_secret(key, "small", "small_1_0001");
    CHECK(secret.size() == 43);
    CHECK(secret == seeded_secret(key, "small", "small_1_0001"));
    CHECK(secret != seeded_secret(other, "small", "small_1_0001"));
    CHECK(secret != seeded_secret(key, "small", "small_1_0002"));
    CHECK(secret != seeded_secret(key, "large", "small_1_0001"));
}
