#include "common/game/battle/bots/bot.hpp"
#include "common/game/battle/bots/search.hpp"
#include "common/protocol/json.hpp"
#include "tests/unit/game/content_fixture.hpp"
#include "tests/unit/game/random_play.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace harvest;
using namespace harvest::game::battle;
using namespace harvest::game::battle::test;

namespace {

// A match over the wire's form: each bot gets the view as JSON and answers with handles.
Winner match(std::uint64_t seed, bots::Level level_1, bots::Level level_2, bool over_json = false)
{
    Dice dice(seed);
    State state = *start(content(), random_setup(content(), dice));
    for (std::uint64_t step = 0; state.phase != Phase::over; ++step) {
        const SeatIndex seat = seat_to_act(state);
        SeatView seen = view(state, content(), seat);
        if (over_json) seen = protocol::decode<SeatView>(protocol::encode(seen)).value();
        REQUIRE(bots::to_act(seen));
        REQUIRE((state.phase == Phase::mulligan || !bots::to_act(view(state, content(), other(seat)))));
        const SeatCommand chosen = bots::choose(seat == 0 ? level_1 : level_2, seen, content(), seed * 1000 + step);
        const Result<Command> command = decode(state, content(), seat, chosen);
        REQUIRE(command.has_value());
        REQUIRE(apply(state, content(), seat, *command));
        REQUIRE(step < 3000);
    }
    return state.winner;
}

int wins(bots::Level better, bots::Level worse, std::uint64_t matches)
{
    int won = 0;
    for (std::uint64_t seed = 0; seed < matches; ++seed) {
        const bool swapped = seed % 2 == 1;
        const Winner winner = match(seed, swapped ? worse : better, swapped ? better : worse);
        won += winner == (swapped ? Winner::seat_2 : Winner::seat_1) ? 1 : 0;
    }
    return won;
}

} // namespace

TEST_CASE("bots play whole matches from their views as JSON, never illegally", "[bots]")
{
    for (std::uint64_t seed = 0; seed < 8; ++seed)
        for (const bots::Level level : {bots::Level::random, bots::Level::greedy, bots::Level::planner})
            match(seed, level, bots::Level::random, true);
}

TEST_CASE("greedy beats random, the planner beats greedy", "[bots]")
{
    CHECK(wins(bots::Level::greedy, bots::Level::random, 60) >= 50);
    CHECK(wins(bots::Level::planner, bots::Level::greedy, 40) >= 22);
}

TEST_CASE("the planner looks at two thousand positions at most, and at most of them where there is much to do",
          "[bots]")
{
    int most = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Dice dice(seed);
        State state = *start(content(), random_setup(content(), dice));
        CommandBuffer buffer;
        while (state.phase != Phase::over) {
            const SeatIndex seat = seat_to_act(state);
            if (state.phase == Phase::playing)
                most = std::max(most, bots::choose_planner(state, content(), seat).positions);
            REQUIRE(apply(state, content(), seat, random_command(state, content(), seat, dice, buffer)));
        }
    }
    CHECK(most > 1'900);
    CHECK(most <= 2'000);
}

TEST_CASE("the same seed gives the same play, for a random bot another seed another", "[bots]")
{
    Dice dice(4);
    State state = *start(content(), random_setup(content(), dice));
    CommandBuffer buffer;
    std::size_t different = 0;
    for (std::uint64_t step = 0; state.phase != Phase::over; ++step) {
        const SeatIndex seat = seat_to_act(state);
        const SeatView seen = view(state, content(), seat);
        for (const bots::Level level : {bots::Level::random, bots::Level::greedy, bots::Level::planner})
            REQUIRE(bots::choose(level, seen, content(), step) == bots::choose(level, seen, content(), step));
        different += bots::choose(bots::Level::random, seen, content(), step) !=
                             bots::choose(bots::Level::random, seen, content(), step + 1)
                         ? 1
                         : 0;
        REQUIRE(apply(state, content(), seat, random_command(state, content(), seat, dice, buffer)));
    }
    CHECK(different > 10);
}

TEST_CASE("T16: a bot's play follows from its view alone", "[bots][hidden]")
{
    Dice dice(14);
    State state = *start(content(), random_setup(content(), dice));
    CommandBuffer buffer;
    while (state.phase != Phase::over) {
        const SeatIndex seat = seat_to_act(state);
        State twin = state;
        for (SeatState& side : twin.seats)
            for (std::size_t i = 0; i < side.deck_size && !side.looking; ++i) side.deck[i] = 0;
        for (std::size_t i = 0; i < twin.seats[other(seat)].hand_size; ++i) twin.seats[other(seat)].hand[i].card = 0;
        for (const bots::Level level : {bots::Level::random, bots::Level::greedy, bots::Level::planner})
            REQUIRE(bots::choose(level, view(state, content(), seat), content(), 9) ==
                    bots::choose(level, view(twin, content(), seat), content(), 9));
        REQUIRE(apply(state, content(), seat, random_command(state, content(), seat, dice, buffer)));
    }
}

TEST_CASE("a view from a hostile server cannot break a bot", "[bots]")
{
    Dice dice(21);
    for (int i = 0; i < 300; ++i) {
        State state = *start(content(), random_setup(content(), dice));
        CommandBuffer buffer;
        for (std::size_t step = dice.below(60); step > 0 && state.phase != Phase::over; --step) {
            const SeatIndex seat = seat_to_act(state);
            REQUIRE(apply(state, content(), seat, random_command(state, content(), seat, dice, buffer)));
        }
        SeatView seen = view(state, content(), static_cast<SeatIndex>(dice.below(2)));
        const auto odd = [&] { return static_cast<int>(dice.next()); };
        seen.turn = odd();
        seen.you.deck_count = odd();
        seen.you.health = odd();
        seen.you.sun = odd();
        seen.opponent.hand_count = odd();
        seen.opponent.fatigue = odd();
        seen.opponent.farmer = "nobody";
        while (seen.hand.size() < dice.below(40)) seen.hand.push_back({.handle = 5, .card = "dodo", .targets = {}});
        while (seen.you.row.size() < dice.below(20)) {
            UnitView unit;
            unit.card = "dodo";
            unit.attack = odd();
            unit.health = odd();
            unit.keywords.sprout = odd();
            unit.can_attack = true;
            seen.you.row.push_back(unit);
        }
        const State imagined = bots::imagine(seen, content(), 1);
        for (const SeatState& side : imagined.seats) {
            REQUIRE(side.deck_size + side.hand_size <= static_cast<int>(deck_capacity)); // all may be spent
            REQUIRE(side.row_size <= row_capacity);
        }
        for (const bots::Level level : {bots::Level::random, bots::Level::greedy, bots::Level::planner})
            bots::choose(level, seen, content(), 1);
    }
}
