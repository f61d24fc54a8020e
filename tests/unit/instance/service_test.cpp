#include "common/game/rating/glicko2.hpp"
#include "common/protocol/events.hpp"
#include "daemons/instance/service.hpp"
#include "tests/support/catch_result.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace harvest;
using namespace harvest::instance;

namespace {

constexpr Millis noon{1'800'000'000'000};

Match ranked()
{
    Match match;
    match.id = MatchId{"m_01JDBQ6W5R9YN2M4T73R6W1XY1"};
    match.mode = "ranked";
    match.epoch = 3;
    match.seats[0].player = PlayerId{"p_01JDBQ6W5R9YN2M4T73R6W1XY1"};
    match.seats[1].player = PlayerId{"p_01JDBQ6W5R9YN2M4T73R6W1XY2"};
    return match;
}

MatchResult won_by(int seat, std::string reason = "farmer_fell", int turns = 12)
{
    return {seat, std::move(reason), turns, 40, "00000000000000ff"};
}

} // namespace

TEST_CASE("rewards: a ranked win pays coins and crops, a loss coins, an early concession and house bots nothing",
          "[instance]")
{
    const Rewards rewards;
    Match match = ranked();
    DailyPlay today;
    today.wins = 1;
    const auto coins = [&](const MatchResult& result, int seat) {
        return reward_of(match, result, seat, today, rewards).coins;
    };
    CHECK(coins(won_by(0), 0) == 20);
    CHECK(reward_of(match, won_by(0), 0, today, rewards).crops == 3);
    CHECK(coins(won_by(0), 1) == 5);
    CHECK(reward_of(match, won_by(0), 1, today, rewards).crops == 0);
    for (const char* reason : {"conceded", "forfeit", "idle"}) {
        CHECK(coins(won_by(0, reason, 3), 0) == 0);
        CHECK(coins(won_by(0, reason, 3), 1) == 0);
        CHECK(coins(won_by(0, reason, 4), 0) == 20);
    }
    CHECK(coins(won_by(1, "farmer_fell", 2), 1) == 20);
    match.seats[1].bot = "greedy";
    CHECK(coins(won_by(1), 1) == 0);
    CHECK(coins(won_by(1), 0) == 5);
    match.mode = "casual";
    CHECK(coins(won_by(0), 0) == 0);
}

TEST_CASE("rewards: the first win of a day pays three times, and after thirty paid matches none pays", "[instance]")
{
    const Rewards rewards;
    const Match match = ranked();
    DailyPlay today;
    CHECK(reward_of(match, won_by(0), 0, today, rewards).coins == 60);
    CHECK(reward_of(match, won_by(0), 0, today, rewards).crops == 9);
    CHECK(reward_of(match, won_by(1), 0, today, rewards).coins == 5); // a loss is no win
    today.paid = 29;
    CHECK(reward_of(match, won_by(0), 0, today, rewards).coins == 60);
    today.paid = 30;
    CHECK(reward_of(match, won_by(0), 0, today, rewards).coins == 0);
    CHECK(reward_of(match, won_by(1), 0, today, rewards).coins == 0);
}

TEST_CASE("who is away, idle or gives up at once has walked out; who loses or gives up late has not", "[instance]")
{
    const Rewards rewards;
    for (const char* reason : {"forfeit", "idle"}) {
        CHECK(walked_out(won_by(0, reason, 30), 1, rewards));
        CHECK_FALSE(walked_out(won_by(0, reason, 30), 0, rewards));
    }
    CHECK(walked_out(won_by(1, "conceded", 3), 0, rewards));
    CHECK_FALSE(walked_out(won_by(1, "conceded", 4), 0, rewards));
    CHECK_FALSE(walked_out(won_by(1, "farmer_fell", 2), 0, rewards));
    CHECK_FALSE(walked_out(won_by(-1, "turn_limit", 60), 0, rewards));
    Match match = ranked();
    match.mode = "casual";
    CHECK_FALSE(counts_for_day(match, won_by(0), rewards));
    CHECK(counts_for_day(match, won_by(0, "idle"), rewards));
    match.mode = "challenge"; // between friends
    CHECK_FALSE(counts_for_day(match, won_by(0, "idle"), rewards));
    CHECK_FALSE(is_rated(match));
    CHECK(reward_of(match, won_by(0), 0, {}, rewards).coins == 0);
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
    ids.rewards = {{{TransferId{"t_1"}, TransferId{"t_2"}}, {TransferId{"t_3"}, TransferId{"t_4"}}}};
    ids.event = EventId{"e_1"};
    Match match = ranked();
    match.nonces = {"aa", "bb"};
    Standing before;
    before.days[1] = {PlayerId{"p_01JDBQ6W5R9YN2M4T73R6W1XY2"}, 20'000, 4, 3, 2, 1};
    const Settling out = settling_of(match, won_by(1), "5eed", before, {}, ids, "instance-0", noon);
    CHECK(out.settlement.epoch == 3);
    CHECK(out.settlement.server_seed == "5eed");
    REQUIRE(out.settlement.rewards.size() == 3);
    CHECK(out.settlement.rewards[0].id.value == "t_1");
    CHECK(out.settlement.rewards[0].credit == "player:p_01JDBQ6W5R9YN2M4T73R6W1XY1");
    CHECK(out.settlement.rewards[1].amount == 20);
    CHECK(out.settlement.rewards[2].id.value == "t_4");
    CHECK(out.settlement.rewards[2].asset == "wheat");
    REQUIRE(out.settlement.days.size() == 2);
    CHECK(out.settlement.days[0].games == 1);
    CHECK(out.settlement.days[0].paid == 1);
    CHECK(out.settlement.days[0].wins == 0);
    CHECK(out.settlement.days[1].day == utc_day(noon));
    CHECK(out.settlement.days[1].games == 5);
    CHECK(out.settlement.days[1].wins == 3);
    CHECK(out.settlement.days[1].left == 1);
    REQUIRE(out.settlement.events.size() == 1);
    CHECK(out.settlement.events[0].topic == protocol::topic::game);
    CHECK(out.settlement.events[0].event.subject == "m_01JDBQ6W5R9YN2M4T73R6W1XY1");
    const auto told = [](const Settling& settling) {
        std::map<std::string, std::int64_t> sums;
        const auto event = protocol::decode<protocol::MatchEnded>(settling.settlement.events.at(0).event.data);
        REQUIRE(event);
        REQUIRE(event->changes);
        for (const protocol::AccountChange& change : *event->changes)
            sums[change.account + ' ' + change.asset] = change.amount.units;
        return sums;
    };
    const std::int64_t lost = out.settlement.rewards[0].amount, wheat = out.settlement.rewards[2].amount;
    CHECK(told(out) == std::map<std::string, std::int64_t>{{"mint coin", -lost - 20},
                                                           {"mint wheat", -wheat},
                                                           {"player:p_01JDBQ6W5R9YN2M4T73R6W1XY1 coin", lost},
                                                           {"player:p_01JDBQ6W5R9YN2M4T73R6W1XY2 coin", 20},
                                                           {"player:p_01JDBQ6W5R9YN2M4T73R6W1XY2 wheat", wheat}});
    Settling unpaid = out;
    forgo_rewards(unpaid, match, ids, "instance-0");
    CHECK(unpaid.settlement.rewards.empty());
    CHECK(unpaid.ends[1].rewards.empty());
    CHECK(told(unpaid).empty());
    CHECK(unpaid.settlement.events.at(0).event.time == noon);
    CHECK(out.ends[0].winner == 2);
    CHECK(out.ends[0].rating_before == 1'500'000);
    CHECK(*out.ends[0].rating_after < 1'500'000);
    CHECK(out.ends[1].rewards.at(0).amount.units == 20);

    match.mode = "casual";
    const Settling casual = settling_of(match, won_by(-1), "5eed", {}, {}, ids, "instance-0", noon);
    CHECK(casual.settlement.days.empty());
    CHECK(casual.settlement.ratings.empty());
    CHECK(casual.settlement.rewards.empty());
    CHECK(casual.ends[0].winner == 0);
    CHECK_FALSE(casual.ends[0].rating_after);
}

TEST_CASE("the end of a match says which of its players are bots, by their accounts or by who plays the seat",
          "[instance]")
{
    SettlementIds ids;
    ids.event = EventId{"e_1"};
    Match match = ranked();
    const auto bots = [&](const Standing& before, bool paid) {
        Settling out = settling_of(match, won_by(0), "5eed", before, {}, ids, "instance-0", noon);
        if (!paid) forgo_rewards(out, match, ids, "instance-0");
        return protocol::decode<protocol::MatchEnded>(out.settlement.events.at(0).event.data).value().bots;
    };
    const PlayerId first = match.seats[0].player, second = match.seats[1].player;
    using Players = std::vector<PlayerId>;
    CHECK(bots({}, true) == Players{}); // said, and none
    Standing before;
    before.bots[1] = true;
    CHECK(bots(before, true) == Players{second});
    CHECK(bots(before, false) == Players{second});
    match.seats[0].bot = "greedy";
    CHECK(bots({}, true) == Players{first});
    CHECK(bots(before, true) == Players{first, second});
}
