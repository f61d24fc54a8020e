// harvest-game(7) §2: what a player does on the farm, and what it costs.
#include "tests/unit/farm/farm_fixture.hpp"

#include <random>

using namespace harvest;
using namespace harvest::game::farm;
using namespace harvest::game::farm::test;
using namespace harvest::test;

namespace {

std::uint64_t seven()
{
    return 7;
}

std::int64_t amount(const std::vector<Item>& items, std::string_view asset)
{
    std::int64_t sum = 0;
    for (const Item& item : items)
        if (item.asset == asset) sum += item.amount;
    return sum;
}

const Holdings rich{{"seed.beet", 5}, {"coin", 10'000}, {"compost", 3}};

} // namespace

TEST_CASE("A farm has 12 plots, and each further one costs 50 coins times its number, up to 36", "[farm]")
{
    const Content& content = shipped();
    Farm farm = fresh_farm(content);
    CHECK(farm.size == 12);
    std::int64_t paid = 0;
    for (std::int64_t number = 13; number <= 36; ++number) {
        CHECK(expand(content, farm, {{"coin", 50 * number - 1}}).error() == FarmErrc::no_coin);
        CHECK(farm.size == number - 1);
        const Result<Outcome> bought = expand(content, farm, {{"coin", 50 * number}});
        REQUIRE(bought);
        CHECK(farm.size == number);
        CHECK(amount(bought->spent, "coin") == 50 * number);
        paid += amount(bought->spent, "coin");
    }
    CHECK(paid == 50 * (13 + 36) * 24 / 2);
    CHECK(expand(content, farm, {{"coin", 1'000'000}}).error() == FarmErrc::no_more_plots);
}

TEST_CASE("Planting takes a seed a plot, and buys what is lacking only if told to", "[farm]")
{
    const Content content = small_farm();
    Farm farm = fresh_farm(content);
    Planting planting{{1, 2, 3}, "beet", false, false};
    const Result<Outcome> planted = plant(content, farm, planting, rich, start, seven);
    REQUIRE(planted);
    CHECK(amount(planted->spent, "seed.beet") == 3);
    CHECK(planted->spent.size() == 1);
    CHECK(planted->gained.empty());
    REQUIRE(farm.plots.size() == 3);
    CHECK(farm.plots[0] == Plot{1, "beet", start, 7, false, 0});

    planting.plots = {9, 4};
    const Holdings one_seed{{"seed.beet", 1}, {"coin", 3}};
    const Farm before = farm;
    CHECK(plant(content, farm, planting, one_seed, start, seven).error() == FarmErrc::no_seed);
    CHECK(farm == before);
    planting.buy = true;
    CHECK(plant(content, farm, planting, {{"seed.beet", 1}, {"coin", 2}}, start, seven).error() == FarmErrc::no_coin);
    CHECK(farm == before);
    const Result<Outcome> bought = plant(content, farm, planting, one_seed, start, seven);
    REQUIRE(bought);
    CHECK(amount(bought->spent, "seed.beet") == 1);
    CHECK(amount(bought->spent, "coin") == 3);
    CHECK(farm.plots[3].number == 4);
    CHECK(farm.plots[4].number == 9);
}

TEST_CASE("Compost costs one a plot", "[farm]")
{
    const Content content = small_farm();
    Farm farm = fresh_farm(content);
    const Planting planting{{1, 2}, "beet", true, false};
    CHECK(plant(content, farm, planting, {{"seed.beet", 2}, {"compost", 1}}, start, seven).error() ==
          FarmErrc::no_compost);
    CHECK(farm.plots.empty());
    const Result<Outcome> planted = plant(content, farm, planting, rich, start, seven);
    REQUIRE(planted);
    CHECK(amount(planted->spent, "compost") == 2);
    CHECK(farm.plots[1].composted);
}

TEST_CASE("What cannot be done is refused as a whole and changes nothing", "[farm]")
{
    const Content content = small_farm();
    Farm farm = fresh_farm(content);
    REQUIRE(plant(content, farm, {{1}, "beet", false, false}, rich, start, seven));
    const Farm before = farm;
    const auto planting = [&](std::vector<std::int64_t> plots, std::string crop) {
        return plant(content, farm, {std::move(plots), std::move(crop), false, false}, rich, start, seven).error();
    };
    CHECK(planting({}, "beet") == FarmErrc::plot_named_twice);
    CHECK(planting({2, 3, 2}, "beet") == FarmErrc::plot_named_twice);
    CHECK(planting({0}, "beet") == FarmErrc::no_such_plot);
    CHECK(planting({13}, "beet") == FarmErrc::no_such_plot);
    CHECK(planting({-1}, "beet") == FarmErrc::no_such_plot);
    CHECK(planting({2}, "rice") == FarmErrc::no_such_crop);
    CHECK(planting({2, 1}, "beet") == FarmErrc::plot_taken);
    CHECK(water(content, farm, {2}, start + 20s).error() == FarmErrc::plot_empty);
    CHECK(water(content, farm, {1, 2}, start + 20s).error() == FarmErrc::plot_empty);
    CHECK(reap(content, farm, {2}, start + 100s).error() == FarmErrc::plot_empty);
    CHECK(reap(content, farm, {1, 2}, start + 100s).error() == FarmErrc::plot_empty);
    CHECK(reap(content, farm, {1}, start + 100s - 1ms).error() == FarmErrc::not_ripe);
    CHECK(farm == before);
}

TEST_CASE("A crop is thirsty while a window is open, once", "[farm]")
{
    const Content content = small_farm();
    Farm farm = fresh_farm(content);
    REQUIRE(plant(content, farm, {{1}, "beet", false, false}, rich, start, seven));
    const auto watering = [&](Millis now) { return water(content, farm, {1}, now); };
    CHECK(watering(start + 20s - 1ms).error() == FarmErrc::not_thirsty);
    CHECK(watering(start + 20s));
    CHECK(watering(start + 21s).error() == FarmErrc::not_thirsty);
    CHECK(watering(start + 40s).error() == FarmErrc::not_thirsty); // closed
    CHECK(watering(start + 80s - 1ms));
    CHECK(watering(start + 80s).error() == FarmErrc::not_thirsty);
    const Result<Outcome> cut = reap(content, farm, {1}, start + 100s);
    REQUIRE(cut);
    CHECK(amount(cut->gained, "beet") == 130);
}

TEST_CASE("A rain makes watering needless, and it is refused", "[farm]")
{
    const Content content = small_farm(Weather::rain);
    Farm farm = fresh_farm(content);
    REQUIRE(plant(content, farm, {{1}, "beet", false, false}, rich, start, seven));
    CHECK(water(content, farm, {1}, start + 25s).error() == FarmErrc::not_thirsty);
}

TEST_CASE("Harvest gives the crop, sometimes a seed or compost, and empties the plot", "[farm]")
{
    Crop crop = beet();
    crop.seed_chance = crop.compost_chance = 100;
    const Content content = small_farm(Weather::sun, crop);
    Farm farm = fresh_farm(content);
    REQUIRE(plant(content, farm, {{1, 2}, "beet", false, false}, rich, start, seven));
    const Result<Outcome> cut = reap(content, farm, {2, 1}, start + 100s);
    REQUIRE(cut);
    CHECK(amount(cut->gained, "beet") == 140);
    CHECK(amount(cut->gained, "seed.beet") == 2);
    CHECK(amount(cut->gained, "compost") == 2);
    CHECK(cut->gained.size() == 3); // one transfer an asset
    REQUIRE(cut->cut.size() == 2);
    CHECK(cut->cut[0].plot == 2);
    CHECK_FALSE(cut->cut[0].withered);
    CHECK(farm.plots.empty());
    CHECK(reap(content, farm, {1}, start + 100s).error() == FarmErrc::plot_empty);
}

TEST_CASE("A crop that the data no longer knows can be cleared, for nothing", "[farm]")
{
    const Content content = small_farm();
    Farm farm = fresh_farm(content);
    farm.plots = {{1, "rice", start, 1, false, 0}};
    const Result<Outcome> cut = reap(content, farm, {1}, start);
    REQUIRE(cut);
    CHECK(cut->gained.empty());
    CHECK(farm.plots.empty());
}

TEST_CASE("Whatever is done, plots stay in order and within the farm, and nothing is spent that is not held", "[farm]")
{
    std::mt19937_64 random(5);
    const Content& content = shipped();
    Farm farm = fresh_farm(content);
    Holdings holdings{{"coin", 3'000}, {"seed.wheat", 20}, {"compost", 2}};
    Millis now = start;
    int done = 0;
    for (int step = 0; step < 5'000; ++step) {
        now += Millis{static_cast<std::int64_t>(random() % 60'000)};
        std::vector<std::int64_t> plots;
        for (std::uint64_t i = random() % 4; i > 0; --i) plots.push_back(static_cast<std::int64_t>(random() % 15));
        const Farm before = farm;
        Result<Outcome> outcome = FarmErrc::no_seed;
        switch (random() % 4) {
        case 0:
            outcome =
                plant(content, farm, {plots, content.crops()[random() % 3].id, random() % 4 == 0, random() % 2 == 0},
                      holdings, now, [&random] { return random(); });
            break;
        case 1:
            outcome = water(content, farm, plots, now);
            break;
        case 2:
            outcome = reap(content, farm, plots, now);
            break;
        default:
            if (random() % 50 == 0) outcome = expand(content, farm, holdings);
        }
        if (!outcome) {
            CHECK(farm == before);
            continue;
        }
        ++done;
        for (const Item& item : outcome->spent) {
            CHECK(item.amount > 0);
            CHECK((holdings[item.asset] -= item.amount) >= 0);
        }
        for (const Item& item : outcome->gained) {
            CHECK(item.amount > 0);
            holdings[item.asset] += item.amount;
        }
        for (std::size_t i = 0; i < farm.plots.size(); ++i) {
            CHECK(farm.plots[i].number <= farm.size);
            if (i > 0) CHECK(farm.plots[i - 1].number < farm.plots[i].number);
        }
    }
    CHECK(done > 200);
}
