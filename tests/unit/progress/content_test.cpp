// Achievements and quests as data (harvest-game(7) §6): faults with their place, filters, the quests of a day.
#include "common/config/game/farm_loader.hpp"
#include "common/config/game/quest_loader.hpp"
#include "tests/support/small_farm.hpp"
#include "tests/support/small_quests.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace harvest;
using namespace harvest::test;
using namespace harvest::game::progress;

namespace {

const std::string good = R"(version: "1"
quests_a_day: 1
achievements:
  - {id: champion, text: Win., event: game.match.ended, where: {outcome: won}, at_least: {turns: 4}, count: 3, reward: {coin: 5}}
quests:
  - {id: barn, text: Harvest., event: game.farm.harvested, where: {crop: beet}, sum: units, count: 20, reward: {beet: 1, seed.beet: 2}}
)";

std::string fault_of(const std::string& from, const std::string& to)
{
    std::string text = good;
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    const config::LoadedQuests loaded = config::parse_quests({"quests.yaml", text}, small_farm());
    CHECK(loaded.content.has_value() == loaded.faults.empty());
    return loaded.faults.empty() ? "" : loaded.faults.front().text();
}

Fact won_after(std::int64_t turns)
{
    return {"game.match.ended", {{"outcome", "won"}, {"mode", "ranked"}}, {{"turns", turns}}};
}

} // namespace

TEST_CASE("The game's own achievements and quests are read, and rewards are things that there are", "[progress]")
{
    const config::LoadedFarm farm = config::load_farm("config/game");
    const config::LoadedQuests loaded = config::load_quests("config/game", *farm.content);
    INFO((loaded.faults.empty() ? "" : loaded.faults.front().text()));
    REQUIRE(loaded.content);
    CHECK(loaded.content->achievements().size() >= 8);
    CHECK(loaded.content->quests().size() >= 10);
    CHECK(loaded.content->quests_a_day() == 3);
    CHECK(loaded.content->hash().size() == 64);
}

TEST_CASE("Each fault of quests.yaml is told with its line and key", "[progress]")
{
    CHECK(fault_of("quests_a_day: 1", "quests_a_day: 1 ").empty());
    CHECK(fault_of("match.ended", "match.end") ==
          "quests.yaml:4:39: achievements[0].event: is no event that goals are made of");
    CHECK(fault_of("outcome: won", "result: won") ==
          "quests.yaml:4:65: achievements[0].where.result: is none of the event's: mode, outcome, reason");
    CHECK(fault_of("turns: 4", "moves: 4").find("achievements[0].at_least.moves: is none of the event's: turns") !=
          std::string::npos);
    CHECK(fault_of("turns: 4", "turns: 0").find("achievements[0].at_least.turns") != std::string::npos);
    CHECK(fault_of("sum: units", "sum: crop").find("quests[0].sum: is none of the event's: units, withered") !=
          std::string::npos);
    CHECK(fault_of("coin: 5", "gold: 5").find("achievements[0].reward.gold: is no thing that a reward may be") !=
          std::string::npos);
    CHECK(fault_of("{coin: 5}", "{}").find("achievements[0].reward: must name a thing or more") != std::string::npos);
    CHECK(fault_of("coin: 5", "coin: 0").find("achievements[0].reward.coin") != std::string::npos);
    CHECK(fault_of("count: 3", "count: 0").find("achievements[0].count") != std::string::npos);
    CHECK(fault_of("id: champion", "id: Champion").find("achievements[0].id") != std::string::npos);
    CHECK(fault_of("quests_a_day: 1", "quests_a_day: 2").find("quests: must be as many as quests_a_day") !=
          std::string::npos);
    CHECK(fault_of("count: 20", "cuont: 20").find("quests[0]") != std::string::npos);
    CHECK_FALSE(config::load_quests("/nowhere", small_farm()).faults.empty());
}

TEST_CASE("A fact counts for a goal if its event, words and numbers fit", "[progress]")
{
    Goal goal = small_goal("winner", "game.match.ended", 2);
    CHECK(advance(goal, won_after(9)) == 1);
    goal.where["outcome"] = "won";
    goal.at_least["turns"] = 4;
    CHECK(advance(goal, won_after(4)) == 1);
    CHECK(advance(goal, won_after(3)) == 0);
    Fact lost = won_after(9);
    lost.words["outcome"] = "lost";
    CHECK(advance(goal, lost) == 0);
    goal.sum = "turns";
    CHECK(advance(goal, won_after(7)) == 7);
    CHECK(advance(goal, won_after(std::int64_t{1} << 60)) == amount_at_most);
    Fact other = won_after(9);
    other.event = "game.craft.made";
    CHECK(advance(goal, other) == 0);
}

TEST_CASE("The quests of a day are the same each time, all different, and each comes up", "[progress]")
{
    const Content content = small_quests();
    std::set<std::string> seen;
    std::set<std::pair<std::string, std::string>> pairs;
    for (std::int64_t day = 20'000; day < 20'200; ++day) {
        const auto quests = quests_of(content, 7, day), again = quests_of(content, 7, day);
        REQUIRE(quests.size() == 2);
        CHECK(quests == again);
        CHECK(quests[0] != quests[1]);
        for (const Goal* quest : quests) seen.insert(quest->id);
        pairs.emplace(quests[0]->id, quests[1]->id);
    }
    CHECK(seen.size() == 5);
    CHECK(pairs.size() == 20); // every order of two among five
    int other_world = 0;
    for (std::int64_t day = 20'000; day < 20'050; ++day)
        other_world += quests_of(content, 7, day) != quests_of(content, 8, day);
    CHECK(other_world > 25);
}

TEST_CASE("A day is a UTC day, also before 1970", "[progress]")
{
    CHECK(day_of(Millis{0}) == 0);
    CHECK(day_of(Millis{86'399'999}) == 0);
    CHECK(day_of(Millis{86'400'000}) == 1);
    CHECK(day_of(Millis{-1}) == -1);
}

TEST_CASE("Statistics are sums over facts, bounded for each", "[progress]")
{
    const auto text = [](const Fact& fact) {
        std::string out;
        for (const StatisticStep& step : statistics_of(fact))
            out += std::string(step.statistic) + " " + std::to_string(step.amount) + ";";
        return out;
    };
    CHECK(text(won_after(3)) == "matches 1;wins 1;");
    Fact drawn = won_after(3);
    drawn.words["outcome"] = "drawn";
    CHECK(text(drawn) == "matches 1;draws 1;");
    CHECK(text({"game.farm.harvested", {{"crop", "beet"}}, {{"units", 12}}}) == "harvests 1;crops 12;");
    CHECK(text({"game.farm.harvested", {}, {{"units", -5}}}) == "harvests 1;crops 0;");
    CHECK(text({"game.farm.watered", {}, {{"plots", 3}}}).empty());
    for (const EventKind& kind : event_kinds()) {
        Fact fact{kind.event, {}, {}};
        for (const std::string_view number : kind.numbers) fact.numbers[std::string(number)] = 1;
        for (const StatisticStep& step : statistics_of(fact))
            CHECK(std::ranges::find(statistics(), step.statistic) != statistics().end());
    }
}
