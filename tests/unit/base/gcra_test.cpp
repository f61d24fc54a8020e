#include "common/base/gcra.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace harvest;

TEST_CASE("A bucket whose rule changes holds a full burst of the new rule at most, and is soon as any other", "[base]")
{
    std::mt19937_64 chance(1);
    const auto upto = [&chance](std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(1, most)(chance);
    };
    for (int round = 0; round < 2'000; ++round) {
        std::int64_t now = upto(1'000'000), arrival = 0;
        const std::int64_t old_burst = upto(50), old_interval = upto(100'000);
        for (std::int64_t i = upto(60); i > 0; --i) arrival = gcra(arrival, now, old_burst, old_interval, 1).arrival;

        const std::int64_t burst = upto(50), interval = upto(100'000);
        std::int64_t admitted = 0;
        for (std::int64_t i = 0; i <= burst; ++i) {
            const GcraDecision decision = gcra(arrival, now, burst, interval, 1);
            CHECK(decision.remaining >= 0);
            CHECK(decision.reset_after <= burst * interval);
            CHECK(decision.retry_after <= interval);
            arrival = decision.arrival;
            admitted += decision.admitted ? 1 : 0;
        }
        CHECK(admitted <= burst);
        now += interval;
        CHECK(gcra(arrival, now, burst, interval, 1).admitted);
    }
}
