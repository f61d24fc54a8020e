// A board set by hand in the middle of a match, and words to play on it.
#pragma once

#include "common/game/battle/targets.hpp"
#include "common/game/battle/view.hpp"
#include "tests/unit/game/content_fixture.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace harvest::game::battle::test {

// Seat 0 is to act with ten sun; rows and hands are empty, both decks hold eight wheat sheaves.
class Stage {
public:
    explicit Stage(const Content& content = test::content()) : content_(content)
    {
        state.phase = Phase::playing;
        state.turn = 9;
        state.content = content.short_hash();
        state.seed[0] = 42;
        state.handle_keys = {1, 2, 3};
        for (SeatState& side : state.seats) {
            side.health = static_cast<std::int16_t>(content.rules().health);
            side.sun = side.sun_max = 10;
            side.mulligan_done = true;
            side.deck_size = 8;
            for (std::size_t i = 0; i < side.deck_size; ++i) side.deck[i] = card("wheat_sheaf");
        }
    }

    CardIndex card(std::string_view id) const
    {
        const std::optional<CardIndex> found = content_.find_card(id);
        if (!found) throw std::runtime_error("no card " + std::string(id));
        return *found;
    }

    // A unit that may attack, at the right end of a row.
    EntityId unit(SeatIndex seat, std::string_view id)
    {
        SeatState& side = state.seats[seat];
        Unit& unit = side.row.at(side.row_size++);
        const Card& data = content_.card(card(id));
        unit.id = state.next_id++;
        unit.card = card(id);
        unit.attack = data.attack;
        unit.health = unit.max_health = data.health;
        unit.keywords = data.keywords;
        if (data.keywords.has(Keyword::sprout)) unit.sprouts_left = 3;
        unit.from_deck = true;
        return unit.id;
    }

    std::uint8_t hold(SeatIndex seat, std::string_view id)
    {
        SeatState& side = state.seats[seat];
        side.hand.at(side.hand_size) = {state.next_id++, card(id)};
        return side.hand_size++;
    }

    Result<void> give(SeatIndex seat, const Command& command) { return apply(state, content_, seat, command, &events); }

    // Puts the card into the hand and plays it at the right end.
    Result<void> play(std::string_view id, std::uint8_t target = spot(Spot::none), SeatIndex seat = 0)
    {
        Command command;
        command.kind = CommandKind::play;
        command.card = hold(seat, id);
        command.target = target;
        if (content_.card(card(id)).is_unit()) command.position = state.seats[seat].row_size;
        return give(seat, command);
    }

    Result<void> attack(std::size_t slot, std::uint8_t target, SeatIndex seat = 0)
    {
        Command command;
        command.kind = CommandKind::attack;
        command.card = static_cast<std::uint8_t>(slot);
        command.target = target;
        return give(seat, command);
    }

    Result<void> power(std::string_view farmer, std::uint8_t target = spot(Spot::none), Choice choice = Choice::none)
    {
        state.seats[0].farmer = *content_.find_farmer(farmer);
        Command command;
        command.kind = CommandKind::power;
        command.target = target;
        command.choice = choice;
        return give(0, command);
    }

    Result<void> end_turn(SeatIndex seat = 0) { return give(seat, Command{}); }

    const SeatState& side(SeatIndex seat) const { return state.seats[seat]; }
    Unit& at(SeatIndex seat, std::size_t slot) { return state.seats[seat].row.at(slot); }
    std::string row(SeatIndex seat) const
    {
        std::string text;
        for (std::size_t i = 0; i < side(seat).row_size; ++i) {
            const Unit& u = side(seat).row[i];
            text += (i == 0 ? "" : " ") + content_.card(u.card).id + " " + std::to_string(u.attack) + "/" +
                    std::to_string(u.health);
        }
        return text;
    }
    std::size_t count(EventKind kind) const
    {
        return static_cast<std::size_t>(
            std::count_if(events.begin(), events.end(), [&](const RawEvent& e) { return e.kind == kind; }));
    }

    State state;
    RawEvents events;

private:
    const Content& content_;
};

inline std::uint8_t foe(std::size_t slot)
{
    return spot(Spot::enemy_row, slot);
}
inline std::uint8_t own(std::size_t slot)
{
    return spot(Spot::own_row, slot);
}
inline std::uint8_t foe_farmer()
{
    return spot(Spot::enemy_farmer);
}
inline std::uint8_t own_farmer()
{
    return spot(Spot::own_farmer);
}

inline bool refused(const Result<void>& result, BattleErrc why)
{
    return !result && result.error() == make_error_code(why);
}

} // namespace harvest::game::battle::test
