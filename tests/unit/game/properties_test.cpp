// Invariants over thousands of random legal matches.
#include "common/game/battle/bots/bot.hpp"
#include "tests/unit/game/content_fixture.hpp"
#include "tests/unit/game/invariants.hpp"
#include "tests/unit/game/random_play.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace harvest;
using namespace harvest::game::battle;
using namespace harvest::game::battle::test;

TEST_CASE("no legal play breaks an invariant, and every match ends", "[battle][properties]")
{
    CommandBuffer buffer;
    RawEvents events;
    std::set<Ending> endings;
    for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
        Dice dice(seed);
        const MatchSetup setup = random_setup(content(), dice);
        State state = *start(content(), setup);
        const std::array<std::vector<CardIndex>, 2> cards{all_cards(state, 0), all_cards(state, 1)};
        int commands = 0;
        while (state.phase != Phase::over) {
            const SeatIndex seat = seat_to_act(state);
            Command command = random_command(state, content(), seat, dice, buffer);
            if (seed % 10 == 0 && dice.below(6) == 0) command = {.kind = CommandKind::time_out};
            if (seed % 100 == 1 && dice.below(60) == 0) command = {.kind = CommandKind::concede};
            events.clear();
            REQUIRE(apply(state, content(), seat, command, &events));
            REQUIRE(events.size() >= (command.choice == Choice::none ? 1U : 0U));
            check_bounds(state);
            for (SeatIndex who = 0; who < 2; ++who) REQUIRE(all_cards(state, who) == cards[who]);
            REQUIRE(++commands < 3000);
        }
        endings.insert(state.ending);
        REQUIRE(legal_commands(state, content(), 0, buffer).empty());
        REQUIRE(legal_commands(state, content(), 1, buffer).empty());
    }
    CHECK(endings.count(Ending::farmer_fell) == 1); // the run was no empty one
    CHECK(endings.count(Ending::conceded) == 1);
}

TEST_CASE("a command is taken exactly if it is listed, and a refusal changes nothing", "[battle][properties]")
{
    CommandBuffer buffer;
    std::size_t taken = 0, refusals = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Dice dice(1000 + seed);
        State state = *start(content(), random_setup(content(), dice));
        while (state.phase != Phase::over) {
            const SeatIndex seat = seat_to_act(state);
            for (int i = 0; i < 20; ++i) {
                Command wild{.kind = static_cast<CommandKind>(dice.below(5)),
                             .card = static_cast<std::uint8_t>(dice.below(10)),
                             .target = static_cast<std::uint8_t>(dice.below(4) == 0 ? 255 : dice.below(15)),
                             .position = static_cast<std::uint8_t>(dice.below(8)),
                             .choice = static_cast<Choice>(dice.below(3)),
                             .cards = static_cast<std::uint16_t>(dice.below(32))};
                const auto who = static_cast<SeatIndex>(dice.below(8) == 0 ? other(seat) : seat);
                if (wild.kind != CommandKind::power) wild.choice = Choice::none;
                State next = state;
                RawEvents events;
                const bool fine = apply(next, content(), who, wild, &events).has_value();
                // What the command's kind does not read is not compared.
                Command key = wild;
                if (key.kind == CommandKind::mulligan || key.kind == CommandKind::end_turn)
                    key = {.kind = wild.kind,
                           .cards = wild.kind == CommandKind::mulligan ? wild.cards : std::uint16_t{0}};
                else
                    key.cards = 0;
                if (key.kind != CommandKind::play) key.position = 0;
                if (key.kind == CommandKind::power) key.card = 0;
                const auto listed = legal_commands(state, content(), who, buffer);
                const bool legal = std::any_of(listed.begin(), listed.end(), [&](Command c) {
                    if (c.kind == CommandKind::play && c.position > 0 && key.position <= c.position)
                        c.position = key.position;
                    return c == key;
                });
                INFO("seed " << seed << " kind " << static_cast<int>(wild.kind));
                REQUIRE(fine == legal);
                if (!fine) {
                    REQUIRE(state_hash(next) == state_hash(state));
                    REQUIRE(events.empty());
                }
                ++(fine ? taken : refusals);
            }
            REQUIRE(apply(state, content(), seat, random_command(state, content(), seat, dice, buffer)));
        }
    }
    CHECK(taken > 5000);
    CHECK(refusals > 5000);
}

TEST_CASE("a seat's view tells exactly the legal commands", "[battle][properties]")
{
    CommandBuffer buffer;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Dice dice(2000 + seed);
        State state = *start(content(), random_setup(content(), dice));
        while (state.phase != Phase::over) {
            for (SeatIndex seat = 0; seat < 2; ++seat) {
                std::vector<SeatCommand> expected;
                for (const Command& command : legal_commands(state, content(), seat, buffer)) {
                    expected.push_back(encode(state, seat, command));
                    expected.back().position = -1;
                    REQUIRE(*decode(state, content(), seat, expected.back()) == command);
                }
                REQUIRE(legal_commands(view(state, content(), seat)) == expected);
            }
            const SeatIndex seat = seat_to_act(state);
            REQUIRE(apply(state, content(), seat, random_command(state, content(), seat, dice, buffer)));
        }
    }
}

TEST_CASE("the same commands from the same seed give the same hashes, others give others", "[battle][properties]")
{
    std::set<std::string> hashes;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const BattleRecord record = random_match(content(), seed);
        CHECK(random_match(content(), seed) == record);
        for (const RecordMove& move : record.moves) hashes.insert(move.hash);
        CHECK(hashes.count(record.header.start_hash) == 0);
        hashes.insert(record.header.start_hash);
    }
    CHECK(hashes.size() > 3000);
}

TEST_CASE("the state hash sees every field of the state", "[battle][properties]")
{
    Dice dice(77);
    State state = *start(content(), random_setup(content(), dice));
    CommandBuffer buffer;
    while (state.turn < 14 || state.seats[0].row_size == 0 || state.seats[1].row_size == 0) {
        const SeatIndex seat = seat_to_act(state);
        REQUIRE(apply(state, content(), seat, random_command(state, content(), seat, dice, buffer)));
    }
    std::set<std::uint64_t> seen{state_hash(state)};
    int changes = 0;
    const auto differs = [&](auto change) {
        State copy = state;
        change(copy);
        ++changes;
        seen.insert(state_hash(copy));
    };
    differs([](State& s) { s.phase = Phase::mulligan; });
    differs([](State& s) { s.winner = Winner::draw; });
    differs([](State& s) { s.ending = Ending::idle; });
    differs([](State& s) { s.first ^= 1; });
    differs([](State& s) { s.active ^= 1; });
    differs([](State& s) { ++s.turn; });
    differs([](State& s) { s.weather = 77; });
    differs([](State& s) { s.weather_owner ^= 1; });
    differs([](State& s) { s.weather_from_deck = !s.weather_from_deck; });
    differs([](State& s) { ++s.chain_cuts; });
    differs([](State& s) { ++s.next_id; });
    differs([](State& s) { ++s.content; });
    differs([](State& s) { s.seed[31] ^= 128; });
    for (std::size_t i = 0; i < 3; ++i) differs([i](State& s) { ++s.drawn[i]; });
    for (std::size_t i = 0; i < 2; ++i) {
        differs([i](State& s) { std::swap(s.seats[i].deck[0], s.seats[i].spent[0]); });
        differs([i](State& s) { --s.seats[i].deck_size; });
        differs([i](State& s) { s.seats[i].spent[0] ^= 1; });
        differs([i](State& s) { s.seats[i].hand[0].card ^= 1; });
        differs([i](State& s) { s.seats[i].hand[0].id ^= 1; });
        differs([i](State& s) { ++s.seats[i].farmer; });
        differs([i](State& s) { ++s.seats[i].sun; });
        differs([i](State& s) { ++s.seats[i].sun_max; });
        differs([i](State& s) { ++s.seats[i].fatigue; });
        differs([i](State& s) { ++s.seats[i].idle_turns; });
        differs([i](State& s) { ++s.seats[i].health; });
        differs([i](State& s) { s.seats[i].power_used = !s.seats[i].power_used; });
        differs([i](State& s) { s.seats[i].looking = !s.seats[i].looking; });
        differs([i](State& s) { s.seats[i].mulligan_done = !s.seats[i].mulligan_done; });
        differs([i](State& s) { s.seats[i].acted = !s.seats[i].acted; });
        const auto unit = [&](auto change) { differs([&](State& s) { change(s.seats[i].row[0]); }); };
        unit([](Unit& u) { u.id ^= 64; });
        unit([](Unit& u) { u.card ^= 64; });
        unit([](Unit& u) { ++u.attack; });
        unit([](Unit& u) { ++u.health; });
        unit([](Unit& u) { ++u.max_health; });
        unit([](Unit& u) { u.keywords.mask ^= 1; });
        unit([](Unit& u) { ++u.keywords.thorns; });
        unit([](Unit& u) { ++u.keywords.regrow; });
        unit([](Unit& u) { ++u.keywords.sprout; });
        unit([](Unit& u) { ++u.sprouts_left; });
        unit([](Unit& u) { u.fresh = !u.fresh; });
        unit([](Unit& u) { u.attacked = !u.attacked; });
        unit([](Unit& u) { u.silenced = !u.silenced; });
        unit([](Unit& u) { u.doomed = !u.doomed; });
        unit([](Unit& u) { u.from_deck = !u.from_deck; });
    }
    CHECK(seen.size() == static_cast<std::size_t>(changes) + 1);
}
