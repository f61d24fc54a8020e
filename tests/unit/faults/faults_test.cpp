#include "tests/e2e/faults/faults.hpp"

#include <catch2/catch.hpp>

#include <vector>

namespace harvest::faults {
namespace {

TEST_CASE("orders to the bad network are whole or change nothing", "[faults]")
{
    Faults faults;
    CHECK(change(faults, "loss 0.1 delay 20 jitter 10 rate 300000"));
    CHECK(faults.loss == 0.1);
    CHECK(faults.delay == Millis{20});
    CHECK(faults.rate == 300'000);
    for (const char* bad : {"", "loss", "loss 1.5", "loss -0.1", "loss 0.2 sun 1", "delay -1", "loss 0,2", "reboot"}) {
        INFO(bad);
        CHECK_FALSE(change(faults, bad));
        CHECK(faults.loss == 0.1);
    }
    CHECK(change(faults, "partition"));
    CHECK(faults.partition);
    CHECK(change(faults, "heal"));
    CHECK_FALSE(faults.partition);
    CHECK(change(faults, "calm"));
    CHECK(faults.loss == 0);
}

struct Run {
    std::vector<int> fates;
    Counts counts;
};

Run run(std::uint64_t seed, const Faults& faults)
{
    Run run;
    Dice dice(seed);
    for (std::uint8_t i = 0; i < 250; ++i)
        for (int k = 0; k < 40; ++k) {
            std::vector<std::uint8_t> datagram(20, i);
            const Fate fate = dice.fate(faults, run.counts, datagram);
            const auto changed = datagram != std::vector<std::uint8_t>(20, i);
            run.fates.push_back(fate.lost ? -1 : static_cast<int>(fate.wait.count()) * 4 + fate.copies * 2 + changed);
        }
    return run;
}

TEST_CASE("a seed gives the same faults again, as many as were ordered", "[faults]")
{
    Faults faults;
    REQUIRE(change(faults, "loss 0.1 duplicate 0.05 reorder 0.02 corrupt 0.01 delay 5 jitter 5"));
    const Run one = run(7, faults);
    CHECK(one.fates == run(7, faults).fates);
    CHECK(one.fates != run(8, faults).fates);
    // Of 10,000; within five standard deviations.
    CHECK(one.counts.lost == Approx(1'000).margin(150));
    CHECK(one.counts.duplicated == Approx(450).margin(105));
    CHECK(one.counts.reordered == Approx(180).margin(67));
    CHECK(one.counts.corrupted == Approx(90).margin(48));
    CHECK(one.counts.passed + one.counts.lost == 10'000);

    REQUIRE(change(faults, "partition"));
    CHECK(run(7, faults).counts.lost == 10'000);
    CHECK(run(7, {}).counts.passed == 10'000);
}

TEST_CASE("a lane lets bytes leave at its rate, and drops what would wait too long", "[faults]")
{
    Lane lane;
    const Steady::time_point start{};
    CHECK(lane.departure(0, 1'000'000, start) == start);
    CHECK(lane.departure(1'000, 100, start) == start);
    CHECK(lane.departure(1'000, 400, start) == start + Millis{100});
    CHECK(lane.departure(1'000, 100, start) == start + Millis{500});
    CHECK_FALSE(lane.departure(1'000, 100, start));
    CHECK(lane.departure(1'000, 100, start + Millis{700}) == start + Millis{700});
}

} // namespace
} // namespace harvest::faults
