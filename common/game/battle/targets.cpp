#include "common/game/battle/targets.hpp"

#include "common/game/battle/command.hpp"

#include <algorithm>

namespace harvest::game::battle {

bool Candidates::contains(EntityId id) const
{
    return std::find(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(size), id) !=
           ids.begin() + static_cast<std::ptrdiff_t>(size);
}

void Candidates::remove(std::size_t index)
{
    for (std::size_t i = index + 1; i < size; ++i) ids[i - 1] = ids[i];
    --size;
}

namespace {

bool unit_fits(const Unit& unit, const Content& content, EntityId source, const Filter& filter)
{
    if (filter.other && unit.id == source) return false;
    if (filter.damaged && unit.health >= unit.max_health) return false;
    if (filter.keyword && !unit.keywords.has(*filter.keyword)) return false;
    if (filter.min_attack && unit.attack < *filter.min_attack) return false;
    if (filter.max_attack && unit.attack > *filter.max_attack) return false;
    if (filter.min_health && unit.health < *filter.min_health) return false;
    if (filter.max_health && unit.health > *filter.max_health) return false;
    if (!filter.family && !filter.min_cost && !filter.max_cost) return true;
    const Card& card = content.card(unit.card);
    if (filter.family && card.family != *filter.family) return false;
    if (filter.min_cost && card.cost < *filter.min_cost) return false;
    return !filter.max_cost || card.cost <= *filter.max_cost;
}

} // namespace

Candidates candidates(const State& state, const Content& content, SeatIndex controller, EntityId source,
                      const Target& target, bool for_choice)
{
    Candidates found;
    if (target.pick == Pick::self) {
        Place place;
        if (find_unit(state, source, place)) found.add(source);
        return found;
    }
    for (const SeatIndex seat : {state.active, other(state.active)}) {
        if (target.side == Side::friendly && seat != controller) continue;
        if (target.side == Side::enemy && seat == controller) continue;
        const SeatState& side = state.seats[seat];
        if (target.what != What::unit && (!target.filter.damaged || side.health < content.rules().health))
            found.add(farmer_id(seat));
        if (target.what == What::farmer) continue;
        for (std::size_t i = 0; i < side.row_size; ++i) {
            const Unit& unit = side.row[i];
            if (for_choice && seat != controller && unit.keywords.has(Keyword::burrowed)) continue;
            if (unit_fits(unit, content, source, target.filter)) found.add(unit.id);
        }
    }
    return found;
}

bool find_unit(const State& state, EntityId id, Place& place)
{
    if (id < first_entity) return false;
    for (SeatIndex seat = 0; seat < 2; ++seat) {
        const SeatState& side = state.seats[seat];
        for (std::uint8_t slot = 0; slot < side.row_size; ++slot) {
            if (side.row[slot].id != id) continue;
            place = {seat, slot};
            return true;
        }
    }
    return false;
}

EntityId entity_at(const State& state, SeatIndex seat, std::uint8_t at)
{
    if (at == spot(Spot::own_farmer)) return farmer_id(seat);
    if (at == spot(Spot::enemy_farmer)) return farmer_id(other(seat));
    if (at >= 2 * row_capacity) return 0;
    const SeatState& side = state.seats[at < row_capacity ? seat : other(seat)];
    const std::size_t slot = at % row_capacity;
    return slot < side.row_size ? side.row[slot].id : 0;
}

std::uint8_t spot_of(const State& state, SeatIndex seat, EntityId id)
{
    if (id == farmer_id(seat)) return spot(Spot::own_farmer);
    if (id == farmer_id(other(seat))) return spot(Spot::enemy_farmer);
    Place place;
    if (!find_unit(state, id, place)) return spot(Spot::none);
    return spot(place.seat == seat ? Spot::own_row : Spot::enemy_row, place.slot);
}

} // namespace harvest::game::battle
