// Which facts an event tells and what follows from them.
#include "common/protocol/events.hpp"
#include "daemons/instance/service.hpp"
#include "daemons/metrics/service.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/small_quests.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

using namespace harvest;
using namespace harvest::metrics;
using namespace harvest::test;

namespace {

const PlayerId ada{"p_01JDBQ6W5R9YN2M4T73R6W1AAA"}, bob{"p_01JDBQ6W5R9YN2M4T73R6W1BBB"};
constexpr Millis noon{1'800'000'000'000};

Event event_of(std::string_view type, std::string data)
{
    return {EventId{"e_1"}, std::string(type), "instance-0", "x", "", noon, std::move(data)};
}

Event ended(int winner, std::int64_t turns = 9, const char* mode = "ranked")
{
    const protocol::MatchEnded told{
        MatchId{"m_01JDBQ6W5R9YN2M4T73R6W1MMM"}, mode, {ada, bob}, winner, "health", turns, 20, "00", "hash"};
    return event_of(protocol::event_type::match_ended, protocol::encode(told));
}

std::string golden(std::string_view type)
{
    std::ifstream file("tests/unit/events/golden/" + std::string(type) + ".json");
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string type_of(const game::progress::EventKind& kind)
{
    return "harvest." + std::string(kind.event) + ".v1";
}

std::string text_of(const std::vector<StatisticStep>& steps)
{
    std::string out;
    for (const StatisticStep& step : steps)
        out += std::string(step.player == ada ? "p_ada" : "p_bob") + " " + step.statistic + " " +
               std::to_string(step.amount) + ";";
    return out;
}

} // namespace

TEST_CASE("Every kind of event that goals are made of is one of the log's, and tells each field it promises",
          "[metrics]")
{
    for (const game::progress::EventKind& kind : game::progress::event_kinds()) {
        INFO(kind.event);
        const Result<std::vector<Deed>> deeds = deeds_of(event_of(type_of(kind), golden(type_of(kind))));
        REQUIRE(deeds);
        REQUIRE_FALSE(deeds->empty());
        for (const Deed& deed : *deeds) {
            CHECK(deed.fact.event == kind.event);
            CHECK_FALSE(deed.player.empty());
            CHECK(deed.fact.words.size() == kind.words.size());
            CHECK(deed.fact.numbers.size() == kind.numbers.size());
            for (const std::string_view word : kind.words) CHECK(deed.fact.words.contains(word));
            for (const std::string_view number : kind.numbers) CHECK(deed.fact.numbers.contains(number));
        }
    }
    CHECK(deeds_of(event_of(protocol::event_type::user_login, golden("harvest.user.login.v1")))->empty());
    CHECK(deeds_of(event_of("harvest.game.unheard.of.v9", "[]"))->empty());
}

TEST_CASE("An event that is not what its type says tells nothing", "[metrics]")
{
    for (const game::progress::EventKind& kind : game::progress::event_kinds())
        for (const char* data : {"", "{", "[]", "{}", R"({"player":7})"})
            CHECK(deeds_of(event_of(type_of(kind), data)).error() == Errc::invalid_argument);
    CHECK(deeds_of(ended(3)).error() == Errc::invalid_argument);
    Event nobody = ended(1);
    nobody.data.replace(nobody.data.find(ada.value), ada.value.size(), "");
    CHECK(deeds_of(nobody).error() == Errc::invalid_argument);
}

TEST_CASE("A match counts for both, as each of them ended it", "[metrics]")
{
    CHECK(text_of(statistic_steps(*deeds_of(ended(1)))) ==
          "p_ada matches 1;p_ada wins 1;p_bob losses 1;p_bob matches 1;");
    CHECK(text_of(statistic_steps(*deeds_of(ended(0)))) ==
          "p_ada draws 1;p_ada matches 1;p_bob draws 1;p_bob matches 1;");
    const protocol::FarmHarvested told{
        ada, {{0, "wheat", 3, false}, {4, "wheat", 4, false}, {7, "carrot", 5, true}}, {}};
    const Event harvested = event_of(protocol::event_type::farm_harvested, protocol::encode(told));
    CHECK(text_of(statistic_steps(*deeds_of(harvested))) == "p_ada crops 12;p_ada harvests 3;");
}

TEST_CASE("A match counts when it is settled exactly as its event would count", "[metrics]")
{
    Match match;
    match.id = MatchId{"m_01JDBQ6W5R9YN2M4T73R6W1MMM"};
    match.seats[0].player = ada;
    match.seats[1].player = bob;
    instance::SettlementIds ids;
    ids.event = EventId{"e_1"};
    instance::Rewards rewards;
    for (const char* mode : {"ranked", "casual", "challenge", "tournament"})
        for (int winner = -1; winner < 2; ++winner)
            for (unsigned bots = 0; bots < 4; ++bots) {
                CAPTURE(mode, winner, bots);
                match.mode = mode;
                instance::Standing before;
                before.bots = {(bots & 1) != 0, (bots & 2) != 0};
                const MatchResult result{winner, "farmer_fell", 9, 20, "hash"};
                const instance::Settling settling =
                    instance::settling_of(match, result, "5eed", before, rewards, ids, "instance-0", noon);
                Result<std::vector<Deed>> deeds = deeds_of(settling.settlement.events.at(0).event);
                REQUIRE(deeds);
                std::erase_if(*deeds, [](const Deed& deed) { return deed.bot.value(); });
                const std::vector<StatisticStep> told = statistic_steps(*deeds);
                const ProjectedEvent& counted = settling.settlement.counted;
                std::vector<StatisticStep> at_once = counted.statistics;
                std::ranges::sort(at_once, {},
                                  [](const StatisticStep& step) { return std::pair(step.player, step.statistic); });
                CHECK(text_of(at_once) == text_of(told));
                CHECK(counted.event == (told.empty() ? EventId{} : ids.event));
            }
}

TEST_CASE("Who of a match is a bot is as the event says; those of before say nothing", "[metrics]")
{
    for (const Deed& deed : *deeds_of(ended(1))) CHECK_FALSE(deed.bot);
    auto told = protocol::decode<protocol::MatchEnded>(ended(1).data).value();
    told.bots = std::vector<PlayerId>{bob};
    const Result<std::vector<Deed>> deeds =
        deeds_of(event_of(protocol::event_type::match_ended, protocol::encode(told)));
    REQUIRE(deeds);
    REQUIRE(deeds->size() == 2);
    CHECK(deeds->at(0).bot == false);
    CHECK(deeds->at(1).bot == true);
}

TEST_CASE("A challenge of friends, who can arrange its end, counts for neither", "[metrics]")
{
    const game::progress::Content content = small_quests();
    const Event arranged = ended(1, 9, "challenge");
    const Result<std::vector<Deed>> deeds = deeds_of(arranged);
    REQUIRE(deeds);
    CHECK(deeds->size() == 2); // the figures have it
    CHECK(statistic_steps(*deeds).empty());
    CHECK(goal_steps({content, 7, "metrics-0", 0}, *deeds, arranged).empty());
}

TEST_CASE("Goals take the steps that an event is for each player, with rewards whose ids are derived", "[metrics]")
{
    const game::progress::Content content = small_quests();
    const GoalRules rules{content, 7, "metrics-0", 0};
    const std::int64_t today = game::progress::day_of(noon);
    const Event cause = ended(1);
    const std::vector<GoalStep> steps = goal_steps(rules, *deeds_of(cause), cause);
    REQUIRE(steps.size() == 5); // the winner's achievement, and two quests for each
    CHECK(steps[0].goal == "winner");
    CHECK(steps[0].player == ada);
    CHECK(steps[0].day == 0);
    CHECK(steps[0].target == 2);
    CHECK(steps[0].at == noon);
    CHECK(steps[0].told.event.type == protocol::event_type::achievement_earned);
    REQUIRE(steps[0].reward.size() == 2);
    CHECK(steps[0].reward[0].id == reward_id(ada, "winner", 0, 0));
    CHECK(steps[0].reward[1].asset == "stardust");
    CHECK(steps[0].reward[1].credit == player_account(ada));
    std::set<std::string> ids;
    for (const GoalStep& step : steps) {
        CHECK(check_id('e', step.told.event.id.value));
        CHECK(ids.insert(step.told.event.id.value).second);
        for (const Transfer& transfer : step.reward) {
            CHECK(check_id('t', transfer.id.value));
            CHECK(ids.insert(transfer.id.value).second);
        }
        if (step.day == 0) continue;
        CHECK(step.day == today);
        const auto told = protocol::decode<protocol::QuestCompleted>(step.told.event.data);
        REQUIRE(told);
        CHECK(told->quest == step.goal);
        CHECK(told->day == day_text(today));
    }
    // The same steps of the same event, whenever and wherever it is read.
    const std::vector<GoalStep> again = goal_steps({content, 7, "metrics-1", today + 9}, *deeds_of(cause), cause);
    REQUIRE(again.size() == steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        CHECK(again[i].reward[0].id == steps[i].reward[0].id);
        CHECK(again[i].told.event.id == steps[i].told.event.id);
        CHECK(again[i].pays == (again[i].day == 0)); // but days gone by pay no more
        CHECK(steps[i].pays);
    }
}
