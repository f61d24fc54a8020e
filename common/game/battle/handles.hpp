// Handles: a keyed permutation of entity ids, another for each seat and for spectators, so that a handle tells nothing
// of when or in which order cards came, and seats cannot compare theirs.
#pragma once

#include "common/game/battle/state.hpp"

namespace harvest::game::battle {

enum class Reader : std::uint8_t { seat_1, seat_2, spectator };
constexpr Reader reader_of(SeatIndex seat)
{
    return static_cast<Reader>(seat);
}

// Farmers keep 1 and 2, cards and units have 2^30 and up: positive in 32 bits.
Handle to_handle(const State& state, Reader reader, EntityId id);
EntityId from_handle(const State& state, Reader reader, Handle handle); // 0 for what is no handle

} // namespace harvest::game::battle
