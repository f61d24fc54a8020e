#include "tests/unit/game/random_play.hpp"
#include "tests/unit/game/stage.hpp"

#include <catch2/catch.hpp>

using namespace harvest::game::battle;
using namespace harvest::game::battle::test;

namespace {

State opened(std::uint64_t seed, RawEvents* events = nullptr)
{
    Dice dice(seed);
    return *start(content(), random_setup(content(), dice), events);
}

Command mulligan(std::uint16_t cards)
{
    Command command;
    command.kind = CommandKind::mulligan;
    command.cards = cards;
    return command;
}

Command plain(CommandKind kind)
{
    Command command;
    command.kind = kind;
    return command;
}

} // namespace

TEST_CASE("the first seat opens with three cards, the second with four and later a dewdrop", "[battle]")
{
    State state = opened(5);
    const SeatIndex first = state.first, second = other(first);
    CHECK(state.seats[first].hand_size == 3);
    CHECK(state.seats[second].hand_size == 4);
    REQUIRE(apply(state, content(), second, mulligan(0)));
    REQUIRE(apply(state, content(), first, mulligan(0)));
    CHECK(state.phase == Phase::playing);
    CHECK(state.active == first);
    CHECK(state.seats[first].hand_size == 4); // with the first draw
    CHECK(state.seats[second].hand_size == 5);
    CHECK(content().card(state.seats[second].hand[4].card).id == "dewdrop");
    CHECK(state.seats[first].sun == 1);
}

TEST_CASE("both seats begin equally often", "[battle]")
{
    int first = 0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) first += opened(seed).first;
    CHECK(first > 900);
    CHECK(first < 1100);
}

TEST_CASE("a mulligan replaces the cards named, shuffles them in, and comes once", "[battle]")
{
    State state = opened(8);
    const SeatState before = state.seats[0];
    CHECK(refused(apply(state, content(), 0, mulligan(static_cast<std::uint16_t>(1U << before.hand_size))),
                  BattleErrc::no_such_card));
    CHECK(refused(apply(state, content(), 0, plain(CommandKind::end_turn)), BattleErrc::wrong_phase));
    REQUIRE(apply(state, content(), 0, mulligan(0b101)));
    const SeatState& after = state.seats[0];
    CHECK(after.hand_size == before.hand_size);
    CHECK(after.deck_size == before.deck_size);
    CHECK(after.hand[1].id == before.hand[1].id);
    CHECK(after.hand[0].card == before.deck[before.deck_size - 1U]);
    CHECK(after.hand[2].card == before.deck[before.deck_size - 2U]);
    CHECK(after.hand[0].id != before.hand[0].id);
    CHECK(state.drawn[0] > 20); // the deck was shuffled twice
    CHECK(refused(apply(state, content(), 0, mulligan(0)), BattleErrc::already_done));
    CHECK(apply(state, content(), 1, plain(CommandKind::time_out))); // keeps all
    CHECK(state.phase == Phase::playing);
    CHECK(refused(apply(state, content(), 0, mulligan(0)), BattleErrc::wrong_phase));
}

TEST_CASE("sun grows by one a turn to ten and is spent by playing", "[battle]")
{
    Stage stage;
    for (SeatState& side : stage.state.seats) side.sun = side.sun_max = 0;
    std::string sun;
    for (int turn = 0; turn < 24; ++turn) {
        REQUIRE(stage.end_turn(stage.state.active));
        sun += std::to_string(stage.side(stage.state.active).sun) + " ";
    }
    CHECK(sun == "1 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8 9 9 10 10 10 10 10 10 ");
    Stage spend;
    spend.state.seats[0].sun = 3;
    REQUIRE(spend.play("carrot_guard"));
    CHECK(spend.side(0).sun == 1);
    CHECK(refused(spend.play("carrot_guard"), BattleErrc::not_enough_sun));
}

TEST_CASE("a full hand burns what is drawn, visibly", "[battle]")
{
    Stage stage;
    for (int i = 0; i < 9; ++i) stage.hold(1, "mint");
    REQUIRE(stage.end_turn());
    CHECK(stage.side(1).hand_size == 9);
    CHECK(stage.side(1).deck_size == 7);
    CHECK(stage.side(1).spent_size == 1);
    const std::vector<Event> seen = events_for(stage.state, content(), 0, stage.events);
    CHECK(std::any_of(seen.begin(), seen.end(),
                      [](const Event& e) { return e.kind == EventKind::card_burnt && e.card == "wheat_sheaf"; }));
}

TEST_CASE("an empty deck deals one, two, three", "[battle]")
{
    Stage stage;
    stage.state.seats[1].deck_size = 0;
    std::string health;
    for (int i = 0; i < 3; ++i) {
        REQUIRE(stage.end_turn(0));
        REQUIRE(stage.end_turn(1));
        health += std::to_string(stage.side(1).health) + " ";
    }
    CHECK(health == "24 22 19 ");
}

TEST_CASE("a row holds six, summons included", "[battle]")
{
    Stage stage;
    for (int i = 0; i < 5; ++i) stage.unit(0, "hen");
    REQUIRE(stage.play("mint"));
    CHECK(refused(stage.play("mint"), BattleErrc::row_full));
    CHECK(refused(stage.power("herder"), BattleErrc::power_unusable));
    Stage dying;
    dying.unit(0, "potato_patch");
    for (int i = 0; i < 5; ++i) dying.unit(0, "pumpkin_wall");
    dying.at(0, 0).health = 1;
    REQUIRE(dying.play("locust_jar"));
    CHECK(dying.side(0).row_size == 6); // one potato found a place, the other did not
    CHECK(dying.row(0).find("potato 1/2") != std::string::npos);
}

TEST_CASE("a unit enters where it is put", "[battle]")
{
    Stage stage;
    stage.unit(0, "mint");
    stage.unit(0, "mole");
    Command command;
    command.kind = CommandKind::play;
    command.card = stage.hold(0, "thistle");
    command.position = 3;
    CHECK(refused(stage.give(0, command), BattleErrc::bad_position));
    command.position = 1;
    REQUIRE(stage.give(0, command));
    CHECK(stage.row(0) == "mint 2/4 thistle 1/3 mole 4/2");
}

TEST_CASE("the match ends when a farmer falls", "[battle]")
{
    Stage stage;
    stage.unit(0, "old_bull");
    stage.state.seats[1].health = 8;
    REQUIRE(stage.attack(0, foe_farmer()));
    CHECK(stage.state.phase == Phase::over);
    CHECK(stage.state.winner == Winner::seat_1);
    CHECK(stage.state.ending == Ending::farmer_fell);
    CHECK(refused(stage.end_turn(), BattleErrc::wrong_phase));
}

TEST_CASE("after the turn limit the higher health wins, then the larger deck, else nobody", "[battle]")
{
    const auto finished = [](int health, int deck) {
        Stage stage;
        stage.state.turn = 60;
        stage.state.seats[0].health = static_cast<std::int16_t>(health);
        stage.state.seats[0].deck_size = static_cast<std::uint8_t>(deck);
        REQUIRE(stage.end_turn());
        CHECK(stage.state.ending == Ending::turn_limit);
        return stage.state.winner;
    };
    CHECK(finished(24, 20) == Winner::seat_2);
    CHECK(finished(25, 9) == Winner::seat_1);
    CHECK(finished(25, 7) == Winner::seat_2);
    CHECK(finished(25, 8) == Winner::draw);
}

TEST_CASE("three turns in a row that the clock ended with nothing done concede", "[battle]")
{
    Stage stage;
    const Command late = plain(CommandKind::time_out);
    for (int i = 0; i < 2; ++i) {
        REQUIRE(stage.give(0, late));
        REQUIRE(stage.end_turn(1));
    }
    CHECK(stage.state.phase == Phase::playing);
    SECTION("a third")
    {
        REQUIRE(stage.give(0, late));
        CHECK(stage.state.winner == Winner::seat_2);
        CHECK(stage.state.ending == Ending::idle);
    }
    SECTION("a card played in between starts the count again")
    {
        REQUIRE(stage.play("mint"));
        REQUIRE(stage.give(0, late));
        CHECK(stage.state.phase == Phase::playing);
        CHECK(stage.side(0).idle_turns == 0);
    }
}

TEST_CASE("concede and forfeit end the match out of turn too", "[battle]")
{
    Stage stage;
    REQUIRE(stage.give(1, plain(CommandKind::concede)));
    CHECK(stage.state.winner == Winner::seat_1);
    CHECK(stage.state.ending == Ending::conceded);
    CHECK(refused(stage.give(0, plain(CommandKind::concede)), BattleErrc::wrong_phase));
    State state = opened(3);
    REQUIRE(apply(state, content(), 0, plain(CommandKind::forfeit)));
    CHECK(state.winner == Winner::seat_2);
    CHECK(state.ending == Ending::forfeit);
}

TEST_CASE("commands out of turn are refused and change nothing", "[battle]")
{
    Stage stage;
    stage.unit(1, "mint");
    const std::uint64_t before = state_hash(stage.state);
    for (const CommandKind kind :
         {CommandKind::play, CommandKind::attack, CommandKind::power, CommandKind::end_turn, CommandKind::time_out})
        CHECK(refused(stage.give(1, plain(kind)), BattleErrc::not_your_turn));
    CHECK(state_hash(stage.state) == before);
    CHECK(stage.events.empty());
}

TEST_CASE("farmers' powers: two sun, once a turn", "[battle]")
{
    Stage stage;
    stage.unit(0, "mint");
    stage.unit(1, "mint");
    stage.at(0, 0).health = 1;
    SECTION("the gardener heals")
    {
        REQUIRE(stage.power("gardener", own(0)));
        CHECK(stage.row(0) == "mint 2/3");
        CHECK(stage.side(0).sun == 8);
        CHECK(refused(stage.power("gardener", own(0)), BattleErrc::power_used));
    }
    SECTION("the herder has a hen")
    {
        REQUIRE(stage.power("herder"));
        CHECK(stage.row(0) == "mint 2/1 hen 1/1");
    }
    SECTION("the tinker hurts")
    {
        CHECK(refused(stage.power("tinker", own(0)), BattleErrc::bad_target));
        CHECK(refused(stage.power("tinker"), BattleErrc::bad_target));
        REQUIRE(stage.power("tinker", foe(0)));
        CHECK(stage.row(1) == "mint 2/3");
    }
    SECTION("without sun there is none")
    {
        stage.state.seats[0].sun = 1;
        CHECK(refused(stage.power("herder"), BattleErrc::not_enough_sun));
    }
}

TEST_CASE("the almanac looks at the top card and keeps or buries it", "[battle]")
{
    Stage stage;
    stage.state.seats[0].deck[7] = stage.card("old_bull");
    CHECK(refused(stage.power("almanac", spot(Spot::none), Choice::keep), BattleErrc::no_choice));
    REQUIRE(stage.power("almanac"));
    CHECK(view(stage.state, content(), 0).power.looked == "old_bull");
    CHECK_FALSE(view(stage.state, content(), 1).power.looked.has_value());
    CHECK(refused(stage.play("mint"), BattleErrc::choice_pending));
    stage.state.seats[0].hand_size = 0;
    SECTION("kept")
    {
        REQUIRE(stage.power("almanac", spot(Spot::none), Choice::keep));
        CHECK(stage.side(0).deck[7] == stage.card("old_bull"));
    }
    SECTION("kept, if the turn ends without an answer")
    {
        REQUIRE(stage.end_turn());
        CHECK_FALSE(stage.side(0).looking);
        CHECK(stage.side(0).deck[7] == stage.card("old_bull"));
    }
    SECTION("buried")
    {
        REQUIRE(stage.power("almanac", spot(Spot::none), Choice::bury));
        CHECK(stage.side(0).deck[0] == stage.card("old_bull"));
        CHECK(stage.side(0).deck[7] == stage.card("wheat_sheaf"));
    }
    SECTION("an empty deck shows nothing")
    {
        Stage empty;
        empty.state.seats[0].deck_size = 0;
        CHECK(refused(empty.power("almanac"), BattleErrc::power_unusable));
    }
}
