// harvest-game(7) §2, sentence by sentence: how a crop grows.
#include "tests/unit/farm/farm_fixture.hpp"

#include <array>
#include <random>
#include <set>

using namespace harvest;
using namespace harvest::game::farm;
using namespace harvest::game::farm::test;
using namespace harvest::test;

namespace {

std::int64_t units_at(const Content& content, const Plot& plot, Millis now)
{
    return yield_of(content, content.crops().front(), plot, now).units;
}

PlotState look(const Content& content, const Plot& plot, Millis now)
{
    return state_of(content, content.crops().front(), plot, now);
}

} // namespace

TEST_CASE("A plot is growing, then ripe, then withered, to the millisecond", "[farm]")
{
    const Content content = small_farm();
    const Plot plot = plot_of();
    CHECK(look(content, plot, start).stage == Stage::growing);
    CHECK(look(content, plot, start + 100s - 1ms).stage == Stage::growing);
    CHECK(look(content, plot, start + 100s).stage == Stage::ripe);
    CHECK(look(content, plot, start + 300s - 1ms).stage == Stage::ripe);
    CHECK(look(content, plot, start + 300s).stage == Stage::withered);
    CHECK(look(content, plot, start + 50s).progress == 5'000);
    CHECK(look(content, plot, start + 24h * 365).progress == 10'000);
}

TEST_CASE("Watering inside a window adds 15 percent of the yield, missing one takes 15", "[farm]")
{
    const Content content = small_farm();
    CHECK(units_at(content, plot_of(0b11), start + 100s) == 130);
    CHECK(units_at(content, plot_of(0b01), start + 100s) == 100);
    CHECK(units_at(content, plot_of(0b00), start + 100s) == 70);
}

TEST_CASE("A window missed in a drought takes 30 percent", "[farm]")
{
    const Content content = small_farm(Weather::drought);
    CHECK(units_at(content, plot_of(0b00), start + 100s) == 40);
    CHECK(units_at(content, plot_of(0b10), start + 100s) == 85);
}

TEST_CASE("Rain waters all plots", "[farm]")
{
    const Content content = small_farm(Weather::rain);
    CHECK(units_at(content, plot_of(0b00), start + 100s) == 130);
    CHECK_FALSE(look(content, plot_of(), start + 20s - 1ms).windows[0].watered); // not open yet
    CHECK(look(content, plot_of(), start + 20s + 1ms).windows[0].watered);
    CHECK_FALSE(look(content, plot_of(), start + 20s + 1ms).windows[1].watered);
}

TEST_CASE("Frost halves growth", "[farm]")
{
    const Content content = small_farm(Weather::frost);
    CHECK(look(content, plot_of(), start).ripe_at == start + 200s);
    CHECK(look(content, plot_of(), start + 100s).progress == 5'000);
}

TEST_CASE("Half of a withered crop is lost, the lost half rounded down", "[farm]")
{
    const Content content = small_farm();
    CHECK(units_at(content, plot_of(0b01), start + 300s - 1ms) == 100);
    CHECK(units_at(content, plot_of(0b01), start + 300s) == 50);
    Crop one = beet();
    one.yield_least = one.yield_most = 1;
    CHECK(units_at(small_farm(Weather::sun, one), plot_of(0b11), start + 300s) == 1);
}

TEST_CASE("Compost speeds a crop by a quarter", "[farm]")
{
    const Content content = small_farm();
    CHECK(look(content, plot_of(0, true), start).ripe_at == start + 75s);
    CHECK(look(content, plot_of(0, true), start).windows[0].opens_at == start + 15s);
}

TEST_CASE("Nothing can be taken before it is ripe, and what is drawn when planting stays", "[farm]")
{
    const Content& content = shipped();
    for (const Crop& crop : content.crops()) {
        INFO(crop.id);
        std::set<std::int64_t> seen;
        std::int64_t seeds = 0;
        for (std::uint64_t seed = 0; seed < 400; ++seed) {
            const Plot plot{1, crop.id, start, seed, false, 0};
            const PlotState state = state_of(content, crop, plot, start);
            CHECK(yield_of(content, crop, plot, state.ripe_at - 1ms).units == 0);
            const Yield first = yield_of(content, crop, plot, state.ripe_at);
            const Yield again = yield_of(content, crop, plot, state.withers_at - 1ms);
            CHECK(first.units == again.units);
            CHECK(first.seeds == again.seeds);
            CHECK(first.compost == again.compost);
            seen.insert(first.units);
            seeds += first.seeds;
        }
        CHECK(seen.size() > 1);
        CHECK(seeds > 400 * crop.seed_chance / 200);
        CHECK(seeds < 400 * crop.seed_chance / 50);
    }
}

TEST_CASE("The shipped crops grow as long as the rules say", "[farm]")
{
    const std::array<std::pair<const char*, Millis>, 6> times{
        {{"wheat", 60s}, {"carrot", 5min}, {"potato", 20min}, {"pumpkin", 1h}, {"sunflower", 3h}, {"moonberry", 8h}}};
    CHECK(shipped().crops().size() == times.size());
    for (const auto& [id, time] : times) {
        const Crop* crop = shipped().find(id);
        REQUIRE(crop != nullptr);
        CHECK(crop->grow == time);
    }
}

TEST_CASE("The weather is the same for everybody, and each comes as often as its weight says", "[farm]")
{
    const Climate climate{99, 50, 25, 10, 15};
    std::array<int, 4> count{};
    for (std::int64_t hour_number = 0; hour_number < 20'000; ++hour_number) {
        const Weather weather = weather_of(climate, hour_number);
        CHECK(weather == weather_of(climate, hour_number));
        ++count[static_cast<std::size_t>(weather)];
    }
    const std::array<int, 4> weights{50, 25, 10, 15};
    for (std::size_t i = 0; i < count.size(); ++i) {
        CHECK(count[i] > 200 * weights[i] - 500);
        CHECK(count[i] < 200 * weights[i] + 500);
    }
    int differ = 0;
    for (std::int64_t each = 0; each < 100; ++each)
        differ += weather_of(climate, each) != weather_of(Climate{100, 50, 25, 10, 15}, each);
    CHECK(differ > 20);
}

TEST_CASE("An hour is found before the epoch too", "[farm]")
{
    CHECK(hour_of(Millis{0}) == 0);
    CHECK(hour_of(Millis{3'599'999}) == 0);
    CHECK(hour_of(Millis{3'600'000}) == 1);
    CHECK(hour_of(Millis{-1}) == -1);
    CHECK(hour_of(Millis{-3'600'000}) == -1);
    CHECK(hour_of(Millis{-3'600'001}) == -2);
}

TEST_CASE("Growth agrees with a walk second by second", "[farm]")
{
    std::mt19937_64 random(3);
    for (int run = 0; run < 20; ++run) {
        const Climate climate{random(), 1, 1, 2, 1};
        const Millis from = start + Millis{1'000 * static_cast<std::int64_t>(random() % 100'000)};
        std::int64_t walked = 0;
        for (std::int64_t second = 0; second < 20'000; ++second) {
            const Millis at = from + second * 1s;
            CHECK(growth_between(climate, from, at) == walked);
            if (walked > 0 && second % 97 == 0) CHECK(time_of_growth(climate, from, walked) == at);
            walked += weather_of(climate, hour_of(at)) == Weather::frost ? 1'000 : 2'000;
        }
    }
}

TEST_CASE("Growth is monotone and does not ask how often one looked", "[farm]")
{
    std::mt19937_64 random(11);
    for (int run = 0; run < 500; ++run) {
        const Content& content = shipped();
        const Crop& crop = content.crops()[random() % content.crops().size()];
        const Plot plot{
            1,        crop.id,           start + Millis{static_cast<std::int64_t>(random() % 1'000'000'000)},
            random(), random() % 2 == 0, random() % 8};
        const Climate& climate = content.climate();
        Millis at = plot.planted_at;
        std::int64_t in_steps = 0, progress = 0;
        Stage stage = Stage::growing;
        for (int look_number = 0; look_number < 30; ++look_number) {
            const Millis next = at + Millis{static_cast<std::int64_t>(random() % 7'200'000)};
            in_steps += growth_between(climate, at, next);
            at = next;
            const PlotState state = state_of(content, crop, plot, at);
            CHECK(in_steps == growth_between(climate, plot.planted_at, at));
            CHECK(state.progress >= progress);
            CHECK(state.stage >= stage);
            CHECK((state.progress == 10'000) == (at >= state.ripe_at));
            CHECK(state.ripe_at == state_of(content, crop, plot, plot.planted_at).ripe_at);
            progress = state.progress;
            stage = state.stage;
        }
        // The first moment at which enough has grown, not one later.
        const std::int64_t needed = growth_needed(content, crop, plot.composted);
        const Millis ripe = time_of_growth(climate, plot.planted_at, needed);
        CHECK(growth_between(climate, plot.planted_at, ripe) >= needed);
        CHECK(growth_between(climate, plot.planted_at, ripe - 1ms) < needed);
    }
}

TEST_CASE("The largest numbers that the data may say do not overflow", "[farm]")
{
    Crop crop{"beet",    "Beet",    1'000'000, grow_at_most, {{0, 25}, {25, 50}, {50, 75}, {75, 100}},
              1'000'000, 1'000'000, 100'000,   100,          100};
    Rules rules;
    rules.watered = rules.missed = rules.missed_drought = 100;
    const Content content = small_farm(Weather::frost, crop, rules);
    const Millis late{std::int64_t{1} << 50};
    const Plot plot{1, "beet", start, ~std::uint64_t{0}, false, 0b1111};
    CHECK(units_at(content, plot, late) == 2'500'000);
    CHECK(look(content, plot, late).stage == Stage::withered);
    CHECK(units_at(content, plot_of(0), start + 2 * grow_at_most) == 1);
    CHECK(look(content, plot, start - 24h).progress == 0); // a clock that went back
}
