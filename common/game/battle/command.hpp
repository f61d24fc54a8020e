// Commands, twice: Command is what the rules take and the record keeps (slots, no handles), SeatCommand is what a seat
// sends (handles from its own view). decode() and encode() in view.hpp go between them.
#pragma once

#include "common/game/battle/vocabulary.hpp"

#include <string>
#include <vector>

namespace harvest::game::battle {

// A place on the board as the commanding seat sees it.
enum class Spot : std::uint8_t {
    own_row = 0,   // 0–5: own units, left to right
    enemy_row = 6, // 6–11
    own_farmer = 12,
    enemy_farmer = 13,
    none = 255,
};
constexpr std::uint8_t spot(Spot base, std::size_t offset = 0)
{
    return static_cast<std::uint8_t>(static_cast<std::size_t>(base) + offset);
}

struct Command {
    CommandKind kind{CommandKind::end_turn};
    std::uint8_t card{};                   // hand slot of a play, row slot of an attacker
    std::uint8_t target{spot(Spot::none)}; // a Spot
    std::uint8_t position{};               // where a unit enters the row; its size is the right end
    Choice choice{Choice::none};           // of a power that looked
    std::uint16_t cards{};                 // mulligan: a bit a hand slot to put back
    friend bool operator==(const Command&, const Command&) = default;
};

using Handle = std::uint32_t; // per seat and match; 0 none, 1 and 2 the farmers of seats 1 and 2

struct SeatCommand {
    CommandKind kind{CommandKind::end_turn};
    Handle card{}; // the card played, the unit that attacks
    Handle target{};
    int position{-1}; // -1: the right end
    Choice choice{Choice::none};
    std::vector<Handle> cards; // of a mulligan
    friend bool operator==(const SeatCommand&, const SeatCommand&) = default;
};
BOOST_DESCRIBE_STRUCT(SeatCommand, (), (kind, card, target, position, choice, cards))

} // namespace harvest::game::battle
