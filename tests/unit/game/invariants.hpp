// What holds of every state, whatever was played.
#pragma once

#include "common/game/battle/state.hpp"
#include "tests/unit/game/content_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <vector>

namespace harvest::game::battle::test {

// The deck's cards wherever they are now, as a sorted list: none is ever lost or made.
inline std::vector<CardIndex> all_cards(const State& state, SeatIndex seat)
{
    const SeatState& side = state.seats[seat];
    std::vector<CardIndex> out(side.deck.begin(), side.deck.begin() + side.deck_size);
    out.insert(out.end(), side.spent.begin(), side.spent.begin() + side.spent_size);
    for (std::size_t i = 0; i < side.hand_size; ++i)
        if (!content().card(side.hand[i].card).token) out.push_back(side.hand[i].card);
    for (std::size_t i = 0; i < side.row_size; ++i)
        if (side.row[i].from_deck) out.push_back(side.row[i].card);
    if (state.weather != no_card && state.weather_owner == seat && state.weather_from_deck)
        out.push_back(state.weather);
    std::sort(out.begin(), out.end());
    return out;
}

inline void check_bounds(const State& state)
{
    const Rules& rules = content().rules();
    std::set<EntityId> ids;
    for (const SeatState& side : state.seats) {
        REQUIRE(side.health >= 0);
        REQUIRE(side.health <= rules.health);
        REQUIRE(side.hand_size <= rules.hand_limit);
        REQUIRE(side.row_size <= rules.row_limit);
        REQUIRE(side.sun <= rules.sun_limit);
        REQUIRE(side.sun_max <= rules.sun_limit);
        for (std::size_t i = 0; i < side.hand_size; ++i) REQUIRE(ids.insert(side.hand[i].id).second);
        for (std::size_t i = 0; i < side.row_size; ++i) {
            const Unit& unit = side.row[i];
            REQUIRE(ids.insert(unit.id).second);
            REQUIRE(unit.health <= unit.max_health);
            REQUIRE(unit.max_health <= 99);
            REQUIRE(unit.attack >= 0);
            REQUIRE(unit.attack <= 99);
            REQUIRE(content().card(unit.card).is_unit());
            if (state.phase != Phase::over) {
                REQUIRE(unit.health > 0);
                REQUIRE_FALSE(unit.doomed);
            }
        }
    }
    REQUIRE((ids.empty() || *ids.rbegin() < state.next_id));
    REQUIRE(state.turn <= rules.turn_limit);
    if (state.phase == Phase::playing)
        for (const SeatState& side : state.seats) REQUIRE(side.health > 0);
    REQUIRE((state.phase == Phase::over) == (state.winner != Winner::none));
    REQUIRE((state.phase == Phase::over) == (state.ending != Ending::none));
}

} // namespace harvest::game::battle::test
