#include "cli/admin/pace.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::cli;

TEST_CASE("A rate tells when the next may go, in small batches, whatever it is", "[cli]")
{
    CHECK(Pace(0).batch(200) == 200);
    CHECK(Pace(0).due(1'000) == Millis{});
    CHECK(Pace(1).batch(200) == 1);
    CHECK(Pace(40).batch(200) == 10);
    CHECK(Pace(INT64_MAX).batch(200) == 200);
    for (const std::int64_t rate : {1, 3, 50, 100'000}) {
        const Pace pace(rate);
        CHECK(pace.due(0) == Millis{});
        CHECK(pace.due(static_cast<std::size_t>(rate)) == Millis{1'000});
        CHECK(pace.due(static_cast<std::size_t>(rate) * 60) == Millis{60'000});
        CHECK(pace.batch(200) >= 1);
    }
}

TEST_CASE("What takes longer than the command may is refused before it begins", "[cli]")
{
    CHECK_FALSE(Pace(0).check(1'000'000, Millis{1}));
    CHECK_FALSE(Pace(10).check(100, Millis{30'000}));
    const auto refused = Pace(10).check(1'000, Millis{30'000});
    REQUIRE(refused);
    CHECK(refused->exit == 64);
    CHECK(refused->hint == "add: --timeout 113s");
}
