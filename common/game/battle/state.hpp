// The whole of a match as one value without pointers: copying it is what a searching bot does. Everything in it is
// secret until view.hpp has let it through.
#pragma once

#include "common/game/battle/chance.hpp"
#include "common/game/battle/content.hpp"
#include "common/game/battle/event.hpp"

namespace harvest::game::battle {

struct HandCard {
    EntityId id{};
    CardIndex card{no_card};
};

struct Unit {
    EntityId id{}; // also the order of entering
    CardIndex card{no_card};
    std::int16_t attack{}, health{}, max_health{};
    Keywords keywords;
    std::uint8_t sprouts_left{};
    bool fresh{};    // entered this turn
    bool attacked{}; // this turn
    bool silenced{};
    bool doomed{};    // dies at the next look at the dead
    bool from_deck{}; // counts as one of the deck's cards (false for what an effect made)
    bool can_act() const { return !attacked && attack > 0 && (!fresh || keywords.has(Keyword::swift)); }
};

struct SeatState {
    std::array<CardIndex, deck_capacity> deck{};  // the top is the last
    std::array<CardIndex, deck_capacity> spent{}; // played, died, burnt or discarded, in that order
    std::array<HandCard, hand_capacity> hand{};
    std::array<Unit, row_capacity> row{};
    std::uint8_t deck_size{}, spent_size{}, hand_size{}, row_size{};
    std::uint8_t farmer{};
    std::uint8_t sun{}, sun_max{}, fatigue{}, idle_turns{};
    std::int16_t health{};
    bool power_used{}, looking{}, mulligan_done{};
    bool acted{}; // gave a command other than ending this turn
};

struct State {
    std::array<SeatState, 2> seats{};
    Phase phase{Phase::mulligan};
    Winner winner{Winner::none};
    Ending ending{Ending::none};
    SeatIndex first{}, active{};
    std::uint16_t turn{}; // counts each seat's turns, from 1
    CardIndex weather{no_card};
    SeatIndex weather_owner{};
    bool weather_from_deck{};
    std::uint16_t chain_cuts{}; // how often a chain of triggers was cut
    EntityId next_id{first_entity};
    std::array<std::uint32_t, 3> drawn{};       // words taken of each stream, by StreamName
    std::uint64_t content{};                    // short hash of the content it is played with
    Seed seed{};                                // the match seed
    std::array<std::uint64_t, 3> handle_keys{}; // of seat 1, seat 2 and spectators; follow from the seed
};
static_assert(sizeof(State) < 4096);

// XXH3-64 over a canonical little-endian form of all that can differ; the same on every compiler and machine.
std::uint64_t state_hash(const State& state);

} // namespace harvest::game::battle
