// Leagues and seasons as data (harvest-game(7) §6): faults with their place, the league of a rating, the season of a
// time.
#include "common/config/game/farm_loader.hpp"
#include "common/config/game/league_loader.hpp"
#include "common/game/rating/glicko2.hpp"
#include "tests/support/small_farm.hpp"
#include "tests/support/small_leagues.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;

namespace {

const std::string good = R"(version: "1"
first_day: "2027-01-01"
days: 7
leagues:
  - {id: low, name: Low, rating: 0}
  - {id: high, name: High, rating: 1600, reward: {beet: 1, coin: 5}}
  - {id: best, name: Best, rating: 1600, top: 10, reward: {coin: 9}}
)";

std::string fault_of(const std::string& from, const std::string& to)
{
    std::string text = good;
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    const config::LoadedLeagues loaded = config::parse_leagues({"leagues.yaml", text}, small_farm());
    CHECK(loaded.content.has_value() == loaded.faults.empty());
    return loaded.faults.empty() ? "" : loaded.faults.front().text();
}

bool holds(const std::string& text, const std::string& part)
{
    INFO(text);
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("The game's own leagues are those of harvest-game(7)", "[leagues]")
{
    const config::LoadedFarm farm = config::load_farm("config/game");
    const config::LoadedLeagues loaded = config::load_leagues("config/game", *farm.content);
    INFO((loaded.faults.empty() ? "" : loaded.faults.front().text()));
    REQUIRE(loaded.content);
    std::vector<std::string> ids;
    for (const game::rating::League& league : loaded.content->leagues()) ids.push_back(league.id);
    CHECK(ids == std::vector<std::string>{"seedling", "sprout", "bloom", "harvest", "legend"});
    CHECK(loaded.content->leagues().back().top == 500);
    CHECK(loaded.content->end_of(3) - loaded.content->begin_of(3) == 28 * 24h);
    CHECK(loaded.content->hash().size() == 64);
}

TEST_CASE("Each fault of leagues.yaml is told with its line and key", "[leagues]")
{
    CHECK(fault_of("days: 7", "days: 7 ").empty());
    CHECK(fault_of("2027-01-01", "2027-02-30") ==
          "leagues.yaml:2:12: first_day: must be a day as in 2026-01-05, from 1970 on");
    CHECK(holds(fault_of("days: 7", "days: 0"), "leagues.yaml:3:7: days: "));
    CHECK(holds(fault_of("days: 7\n", ""), "days"));
    CHECK(holds(fault_of("rating: 0", "rating: 10"), "leagues[0]: the first is for every rating"));
    CHECK(holds(fault_of("rating: 1600, reward", "rating: 1600, top: 3, reward"), "leagues[1]: top is for the last"));
    CHECK(holds(fault_of("rating: 1600, top: 10", "rating: 1600"), "leagues[2]: must stand above the one before it"));
    CHECK(holds(fault_of("rating: 1600, top: 10", "rating: 1500, top: 10"), "leagues[2]: must stand above"));
    CHECK(holds(fault_of("top: 10", "top: 0"), "leagues[2].top"));
    CHECK(holds(fault_of("coin: 5", "gold: 5"), "leagues[1].reward.gold: is no thing that a reward may be"));
    CHECK(holds(fault_of("id: high", "id: low"), "leagues[1]: low is there twice"));
    CHECK(holds(fault_of("name: High", "nmae: High"), "leagues[1]"));
    CHECK_FALSE(config::load_leagues("/nowhere", small_farm()).faults.empty());
}

TEST_CASE("A league is that of the rating, the highest also of the place", "[leagues]")
{
    const game::rating::Ladder ladder = small_leagues();
    CHECK(ladder.league_of(0, 0).id == "low");
    CHECK(ladder.league_of(1'599'999, 1).id == "low");
    CHECK(ladder.league_of(1'600'000, 1).id == "high");
    CHECK(ladder.league_of(1'700'000, 0).id == "high");
    CHECK(ladder.league_of(1'700'000, 3).id == "high");
    CHECK(ladder.league_of(1'700'000, 2).id == "best");
    CHECK(ladder.league_of(1'699'999, 1).id == "high");
    for (std::int64_t rating = 1; rating < 3'000'000; rating += 997) // never lower by a higher rating
        CHECK(ladder.league_of(rating, 1).rating >= ladder.league_of(rating - 1, 1).rating);
}

TEST_CASE("Seasons follow each other without a gap", "[leagues]")
{
    const game::rating::Ladder ladder = small_leagues();
    CHECK(ladder.season_of(Millis{0}) == 0);
    CHECK(ladder.season_of(ladder.begin_of(1) - 1ms) == 0);
    for (std::int64_t season = 1; season < 400; ++season) {
        CHECK(ladder.season_of(ladder.begin_of(season)) == season);
        CHECK(ladder.season_of(ladder.end_of(season) - 1ms) == season);
        CHECK(ladder.end_of(season) == ladder.begin_of(season + 1));
    }
}
