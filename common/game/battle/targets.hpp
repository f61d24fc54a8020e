// Which things an effect or a choice may touch, in the fixed order of harvest-game(7) §5: active seat first, its
// farmer, then its row from the left.
#pragma once

#include "common/game/battle/state.hpp"

namespace harvest::game::battle {

// At most two farmers and two rows.
struct Candidates {
    std::array<EntityId, 2 + 2 * row_capacity> ids; // the first `size` are set
    std::size_t size{};
    void add(EntityId id) { ids[size++] = id; }
    bool contains(EntityId id) const;
    void remove(std::size_t index);
};

constexpr EntityId farmer_id(SeatIndex seat)
{
    return EntityId{1} + seat;
}

// All that fit `target` as seen from `controller`. A choice does not reach the enemy's burrowed units.
Candidates candidates(const State& state, const Content& content, SeatIndex controller, EntityId source,
                      const Target& target, bool for_choice);

struct Place {
    SeatIndex seat{};
    std::uint8_t slot{};
};
// Where a unit stands; false if it is on no row.
bool find_unit(const State& state, EntityId id, Place& place);

// A spot as `seat` names it, and back; 0 for an empty or impossible one.
EntityId entity_at(const State& state, SeatIndex seat, std::uint8_t spot);
std::uint8_t spot_of(const State& state, SeatIndex seat, EntityId id);

} // namespace harvest::game::battle
