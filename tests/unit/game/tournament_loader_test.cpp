// Templates of tournaments as data: faults with their place.
#include "common/config/game/farm_loader.hpp"
#include "common/config/game/game_loader.hpp"
#include "common/config/game/tournament_loader.hpp"
#include "tests/support/small_farm.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;
using game::tournament::Format;

namespace {

const std::string two_cups = R"(tournaments:
  - {id: cup, name: Cup, format: swiss, rounds: 3, round_minutes: 10, min_players: 2, max_players: 8,
     prizes: [{id: one, place: 1, reward: {coin: 5}}, {id: two, place: 2, reward: {beet: 1}}]}
  - {id: fast, name: Fast, format: elimination, round_minutes: 1, max_players: 4}
)";

std::string cup_fault(const std::string& from, const std::string& to)
{
    std::string text = two_cups;
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    const config::LoadedTournaments loaded = config::parse_tournaments({"tournaments.yaml", text}, small_farm());
    CHECK(loaded.content.has_value() == loaded.faults.empty());
    return loaded.faults.empty() ? "" : loaded.faults.front().text();
}

bool mentions(const std::string& text, const std::string& part)
{
    INFO(text);
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("The game's own tournaments can be read", "[tournament]")
{
    const config::LoadedFarm farm = config::load_farm("config/game");
    std::vector<config::ContentFault> unreadable;
    const config::GameTexts texts = config::read_game("config/game", unreadable);
    const config::LoadedTournaments loaded = config::parse_tournaments(texts.tournaments, *farm.content);
    INFO((loaded.faults.empty() ? "" : loaded.faults.front().text()));
    REQUIRE(loaded.content);
    REQUIRE(loaded.content->size() == 2);
    CHECK(loaded.content->at(0).format == Format::swiss);
    CHECK(loaded.content->at(1).format == Format::elimination);
    CHECK(loaded.content->at(0).prizes.size() == 3);
}

TEST_CASE("Each fault of tournaments.yaml is told with its key", "[tournament]")
{
    CHECK(cup_fault("rounds: 3", "rounds: 4").empty());
    CHECK(mentions(cup_fault("swiss", "league"), "tournaments[0].format: \"league\" is none of swiss, elimination"));
    CHECK(mentions(cup_fault("elimination,", "elimination, rounds: 2,"), "tournaments[1].rounds: is for swiss alone"));
    CHECK(mentions(cup_fault("round_minutes: 10", "round_minutes: 0"), "tournaments[0].round_minutes"));
    CHECK(mentions(cup_fault("max_players: 8", "max_players: 800"), "tournaments[0].max_players"));
    CHECK(mentions(cup_fault("min_players: 2", "min_players: 9"), "is less than min_players"));
    CHECK(mentions(cup_fault("place: 2", "place: 1"), "tournaments[0].prizes[1]: places go up"));
    CHECK(mentions(cup_fault("coin: 5", "gold: 5"), "tournaments[0].prizes[0].reward.gold"));
    CHECK(mentions(cup_fault("id: fast", "id: cup"), "tournaments[1]: cup is there twice"));
}
