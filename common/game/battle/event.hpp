// What happened, in order. RawEvent is the rules' own record; Event is what a seat or a spectator may know of it.
#pragma once

#include "common/game/battle/command.hpp"

#include <optional>

namespace harvest::game::battle {

// Entities: 0 none, 1 and 2 the farmers, first_entity and up a card in hand or a unit, new with every change of zone.
using EntityId = std::uint32_t;
inline constexpr EntityId first_entity = 3;

struct RawEvent {
    EventKind kind{};
    SeatIndex seat{}; // whose card, unit, farmer or turn it is about
    bool secret{};    // card and entity are for this seat only
    std::uint8_t position{};
    EntityId source{}, target{};
    CardIndex card{no_card};
    std::int16_t amount{}, attack{}, health{};
};

// Cleared and filled by apply(); a caller that keeps one has no allocation after the first turns.
using RawEvents = std::vector<RawEvent>;

struct Event {
    EventKind kind{};
    int seat{};                      // 1 or 2
    std::optional<Handle> source;    // who did it
    std::optional<Handle> target;    // to whom
    std::optional<std::string> card; // its id, where this reader may know it
    std::optional<int> amount;
    std::optional<int> attack, health; // of the unit after the event
    std::optional<int> position;       // in the row, from the left
    friend bool operator==(const Event&, const Event&) = default;
};
BOOST_DESCRIBE_STRUCT(Event, (), (kind, seat, source, target, card, amount, attack, health, position))

} // namespace harvest::game::battle
