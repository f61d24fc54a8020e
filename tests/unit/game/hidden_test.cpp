// Hidden by construction: what a seat gets depends on what it may see, and on nothing else.
#include "common/base/encoding.hpp"
#include "common/game/battle/handles.hpp"
#include "common/protocol/json.hpp"
#include "tests/unit/game/content_fixture.hpp"
#include "tests/unit/game/random_play.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace harvest;
using namespace harvest::game::battle;
using namespace harvest::game::battle::test;

namespace {

struct Given {
    SeatIndex seat;
    Command command;
};

constexpr SeatIndex spectator = 2; // as a reader

// All that a reader is sent over a match, as bytes; empty if a command is refused.
std::vector<std::string> stream(const MatchSetup& setup, const std::vector<Given>& commands, SeatIndex reader,
                                State* last = nullptr)
{
    RawEvents events;
    State state = *start(content(), setup, &events);
    std::vector<std::string> out;
    const auto send = [&] {
        const bool seated = reader != spectator;
        std::string bytes = seated ? protocol::encode(view(state, content(), reader))
                                   : protocol::encode(spectator_view(state, content()));
        for (const Event& event :
             seated ? events_for(state, content(), reader, events) : events_for_spectator(state, content(), events))
            bytes += protocol::encode(event);
        out.push_back(std::move(bytes));
        events.clear();
    };
    send();
    for (const Given& given : commands) {
        if (!apply(state, content(), given.seat, given.command, &events)) return {};
        send();
    }
    if (last != nullptr) *last = state;
    return out;
}

std::vector<Given> random_commands(const MatchSetup& setup, Dice& dice, std::size_t most)
{
    State state = *start(content(), setup);
    std::vector<Given> out;
    CommandBuffer buffer;
    while (state.phase != Phase::over && out.size() < most) {
        const SeatIndex seat = seat_to_act(state);
        out.push_back({seat, random_command(state, content(), seat, dice, buffer)});
        REQUIRE(apply(state, content(), seat, out.back().command));
    }
    return out;
}

// The deck's cards that are still out of the reader's sight, by name.
std::set<CardIndex> unseen(const State& last, SeatIndex owner, SeatIndex reader, const std::set<CardIndex>& told)
{
    std::set<CardIndex> out;
    const SeatState& side = last.seats[owner];
    for (std::size_t i = 0; i < side.deck_size; ++i) out.insert(side.deck[i]);
    if (owner != reader)
        for (std::size_t i = 0; i < side.hand_size; ++i) out.insert(side.hand[i].card);
    for (const CardIndex card : told) out.erase(card);
    return out;
}

// Names that a stream told the reader about an owner's cards.
std::set<CardIndex> told_of(const MatchSetup& setup, const std::vector<Given>& commands, SeatIndex owner,
                            SeatIndex reader)
{
    RawEvents events;
    State state = *start(content(), setup, &events);
    for (const Given& given : commands) REQUIRE(apply(state, content(), given.seat, given.command, &events));
    std::set<CardIndex> out;
    for (const RawEvent& event : events)
        if (event.card != no_card && event.seat == owner && (!event.secret || owner == reader)) out.insert(event.card);
    return out;
}

} // namespace

TEST_CASE("T16: two worlds that differ only in hidden things give a reader byte-identical streams", "[battle][hidden]")
{
    std::size_t replaced = 0, worlds = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Dice dice(9000 + seed);
        const MatchSetup setup = random_setup(content(), dice);
        const std::vector<Given> commands = random_commands(setup, dice, 2 + dice.below(60));
        for (const SeatIndex reader : {SeatIndex{0}, SeatIndex{1}, spectator}) {
            State last;
            const std::vector<std::string> seen = stream(setup, commands, reader, &last);
            MatchSetup twin = setup;
            for (SeatIndex owner = 0; owner < 2; ++owner) {
                const std::set<CardIndex> hidden = unseen(last, owner, reader, told_of(setup, commands, owner, reader));
                for (CardIndex& card : twin.decks[owner].cards) {
                    if (hidden.count(card) == 0) continue;
                    do card = static_cast<CardIndex>(dice.below(content().cards().size()));
                    while (content().card(card).token);
                    ++replaced;
                }
            }
            ++worlds;
            const std::vector<std::string> twin_seen = stream(twin, commands, reader);
            INFO("seed " << seed << ", reader " << reader + 1);
            REQUIRE(twin_seen == seen);
        }
    }
    CHECK(worlds == 900);
    CHECK(replaced > 5000); // the worlds did differ
}

TEST_CASE("T16: nothing a seat gets holds the seed, the other's handles or hidden cards' events", "[battle][hidden]")
{
    for (std::uint64_t seed = 0; seed < 25; ++seed) {
        Dice dice(7000 + seed);
        const MatchSetup setup = random_setup(content(), dice);
        const std::vector<Given> commands = random_commands(setup, dice, 3000);
        for (SeatIndex reader = 0; reader < 2; ++reader) {
            std::string bytes;
            for (const std::string& part : stream(setup, commands, reader)) bytes += part;
            const State start_state = *start(content(), setup);
            CHECK(bytes.find(to_hex(setup.server_seed)) == std::string::npos);
            CHECK(bytes.find(to_hex(start_state.seed)) == std::string::npos);
            for (const std::uint64_t key : start_state.handle_keys)
                CHECK(bytes.find(std::to_string(key)) == std::string::npos);
            State state = start_state;
            for (const Given& given : commands) {
                const SeatState& theirs = state.seats[other(reader)];
                for (std::size_t i = 0; i < theirs.hand_size; ++i) {
                    // Neither as its owner knows it nor as the reader would.
                    for (const SeatIndex who : {reader, other(reader)}) {
                        const std::string handle = std::to_string(to_handle(state, reader_of(who), theirs.hand[i].id));
                        REQUIRE(bytes.find(handle) == std::string::npos);
                    }
                }
                REQUIRE(apply(state, content(), given.seat, given.command));
            }
        }
    }
}

TEST_CASE("handles are drawn anew at each change of zone, differ by reader, and come back to their entity",
          "[battle][hidden]")
{
    Dice dice(31);
    const State state = *start(content(), random_setup(content(), dice));
    std::set<Handle> seen;
    for (EntityId id = first_entity; id < 4000; ++id) {
        for (const Reader reader : {Reader::seat_1, Reader::seat_2, Reader::spectator}) {
            const Handle handle = to_handle(state, reader, id);
            REQUIRE(handle >= (1U << 30));
            REQUIRE(handle < (1U << 31));
            REQUIRE(from_handle(state, reader, handle) == id);
            seen.insert(handle);
        }
    }
    CHECK(seen.size() > 11'980); // three readers hardly ever share one
    CHECK(from_handle(state, Reader::seat_1, 17) == 0);
    CHECK(from_handle(state, Reader::seat_1, 0xFFFFFFFF) == 0);
    // In the order of entering, handles rise and fall like chance.
    int rises = 0;
    for (EntityId id = first_entity; id < 1003; ++id)
        rises += to_handle(state, Reader::seat_1, id) < to_handle(state, Reader::seat_1, id + 1) ? 1 : 0;
    CHECK(rises > 400);
    CHECK(rises < 600);
}

TEST_CASE("a spectator sees both rows and no hand", "[battle][hidden]")
{
    Dice dice(5);
    const MatchSetup setup = random_setup(content(), dice);
    RawEvents events;
    const State state = *start(content(), setup, &events);
    const SpectatorView seen = spectator_view(state, content());
    CHECK(seen.seat_1.hand_count + seen.seat_2.hand_count == 7);
    for (const Event& event : events_for_spectator(state, content(), events)) {
        CHECK_FALSE(event.card.has_value());
        CHECK_FALSE(event.target.has_value());
    }
}

TEST_CASE("a seat's handles name nothing for the other seat", "[battle][hidden]")
{
    Dice dice(12);
    State state = *start(content(), random_setup(content(), dice));
    const SeatView mine = view(state, content(), 0);
    SeatCommand stolen;
    stolen.kind = CommandKind::mulligan;
    stolen.cards = {mine.hand[0].handle};
    CHECK(decode(state, content(), 1, stolen).error() == make_error_code(BattleErrc::no_such_card));
    CHECK(decode(state, content(), 0, stolen).has_value());
    stolen.cards.push_back(mine.hand[0].handle);
    CHECK_FALSE(decode(state, content(), 0, stolen).has_value());
}
