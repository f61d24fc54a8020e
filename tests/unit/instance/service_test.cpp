#include "common/game/rating/glicko2.hpp"
#include "common/protocol/events.hpp"
#include "daemons/instance/service.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::instance;

namespace {

constexpr Millis noon{1'800'000'000'000};

Match ranked()
{
    Match match;
    match.id = MatchId{"m_1"};
    match.mode = "ranked";
    match.epoch = 3;
    match.seats[0].player = PlayerId{"p_1"};
    match.seats[1].player = PlayerId{"p_2"};
    return match;
}

MatchResult won_by(int seat, std::string reason = "farmer_fell", int turns = 12)
{
    return {seat, std::move(reason), turns, 40, "00000000000000ff"};
}

} // namespace

TEST_CASE("rewards: a ranked win pays twenty, a loss five, an early concession and house bots nothing", "[instance]")
{
    const Rewards rewards;
    Match match = ranked();
    CHECK(reward_of(match, won_by(0), 0, rewards) == 20);
    CHECK(reward_of(match, won_by(0), 1, rewards) == 5);
    for (const char* reason : {"conceded", "forfeit", "idle"}) {
        CHECK(reward_of(match, won_by(0, reason, 3), 0, rewards) == 0);
        CHECK(reward_of(match, won_by(0, reason, 3), 1, rewards) == 0);
        CHECK(reward_of(match, won_by(0, reason, 4), 0, rewards) == 20);
    }
    CHECK(reward_of(match, won_by(1, "farmer_fell", 2), 1, rewards) == 20);
    match.seats[1].bot = "greedy";
    CHECK(reward_of(match, won_by(1), 1, rewards) == 0);
    CHECK(reward_of(match, won_by(1), 0, rewards) == 5);
    match.mode = "casual";
    CHECK(reward_of(match, won_by(0), 0, rewards) == 0);
}

TEST_CASE("ratings: as Glicko-2 says, once a match, after the idle days", "[instance]")
{
    std::array<Rating, 2> before;
    before[0].games = 4;
    before[0].wins = 4;
    before[0].rated_at = noon - std::chrono::hours{72};
    before[0].deviation = 80'000;
    before[1].rating = 1'400'000;
    const auto after = new_ratings(before, won_by(1), noon);
    const game::rating::Rating idle = game::rating::idle({1'500'000, 80'000, 60'000}, 3);
    const game::rating::Game lost{{1'400'000, 350'000, 60'000}, 0};
    const game::rating::Rating expected = game::rating::update(idle, std::span(&lost, 1));
    CHECK(after[0].rating == expected.rating);
    CHECK(after[0].deviation == expected.deviation);
    CHECK(after[0].volatility == expected.volatility);
    CHECK(after[0].games == 5);
    CHECK(after[0].losses == 1);
    CHECK(after[1].wins == 1);
    CHECK(after[1].rating > before[1].rating);
    CHECK(after[1].rated_at == noon);
    const auto drawn = new_ratings({}, won_by(-1), noon);
    CHECK(drawn[0].rating == 1'500'000);
    CHECK(drawn[0].draws == 1);
}

TEST_CASE("a settlement carries epoch, result, ratings, rewards and one event, and tells each seat its own",
          "[instance]")
{
    SettlementIds ids;
    ids.rewards = {TransferId{"t_1"}, TransferId{"t_2"}};
    ids.event = EventId{"e_1"};
    Match match = ranked();
    match.nonces = {"aa", "bb"};
    const Settling out = settling_of(match, won_by(1), "5eed", {}, {}, ids, "instance-0", noon);
    CHECK(out.settlement.epoch == 3);
    CHECK(out.settlement.server_seed == "5eed");
    REQUIRE(out.settlement.rewards.size() == 2);
    CHECK(out.settlement.rewards[0].id.value == "t_1");
    CHECK(out.settlement.rewards[0].credit == "player:p_1");
    CHECK(out.settlement.rewards[1].amount == 20);
    REQUIRE(out.settlement.events.size() == 1);
    CHECK(out.settlement.events[0].topic == protocol::topic::game);
    CHECK(out.settlement.events[0].event.subject == "m_1");
    CHECK(out.ends[0].winner == 2);
    CHECK(out.ends[0].rating_before == 1'500'000);
    CHECK(*out.ends[0].rating_after < 1'500'000);
    CHECK(out.ends[1].rewards.at(0).amount.units == 20);

    match.mode = "casual";
    const Settling casual = settling_of(match, won_by(-1), "5eed", {}, {}, ids, "instance-0", noon);
    CHECK(casual.settlement.ratings.empty());
    CHECK(casual.settlement.rewards.empty());
    CHECK(casual.ends[0].winner == 0);
    CHECK_FALSE(casual.ends[0].rating_after);
}
