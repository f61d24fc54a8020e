// What a seat or a spectator may see (hidden by construction, harvest-game(7) §5): built field by field from an
// allow-list. All of it is described, for the JSON codec; it is enough to choose every legal command from.
#pragma once

#include "common/game/battle/engine.hpp"

namespace harvest::game::battle {

struct KeywordsView {
    bool guard{}, swift{}, burrowed{}, pest{}, drain{}, shielded{};
    int thorns{}, regrow{}, sprout{};
    friend bool operator==(const KeywordsView&, const KeywordsView&) = default;
};
BOOST_DESCRIBE_STRUCT(KeywordsView, (), (guard, swift, burrowed, pest, drain, shielded, thorns, regrow, sprout))

struct UnitView {
    Handle handle{};
    std::string card;
    int attack{}, health{}, max_health{}, sprouts_left{};
    KeywordsView keywords;
    bool fresh{}, attacked{}, silenced{}, token{};
    bool can_attack{}; // now, by its owner, at one of `attack_targets`
    friend bool operator==(const UnitView&, const UnitView&) = default;
};
BOOST_DESCRIBE_STRUCT(UnitView, (),
                      (handle, card, attack, health, max_health, sprouts_left, keywords, fresh, attacked, silenced,
                       token, can_attack))

// A card of one's own hand. `playable` now; `targets` are the handles one of which the play must name (none: no
// target).
struct HandView {
    Handle handle{};
    std::string card;
    int cost{};
    bool playable{};
    std::vector<Handle> targets;
    friend bool operator==(const HandView&, const HandView&) = default;
};
BOOST_DESCRIBE_STRUCT(HandView, (), (handle, card, cost, playable, targets))

// What everybody sees of a seat.
struct SideView {
    int seat{};
    Handle farmer_handle{};
    std::string farmer;
    int health{}, sun{}, sun_max{}, fatigue{}, idle_turns{};
    int deck_count{}, hand_count{};
    bool power_used{}, mulligan_done{};
    std::vector<UnitView> row;
    std::vector<std::string> spent; // cards played, dead, burnt or discarded, in that order
    friend bool operator==(const SideView&, const SideView&) = default;
};
BOOST_DESCRIBE_STRUCT(SideView, (),
                      (seat, farmer_handle, farmer, health, sun, sun_max, fatigue, idle_turns, deck_count, hand_count,
                       power_used, mulligan_done, row, spent))

struct PowerView {
    bool usable{};
    bool choosing{};                   // the look is open: answer with a power command and keep or bury
    std::optional<std::string> looked; // the card looked at
    std::vector<Handle> targets;
    friend bool operator==(const PowerView&, const PowerView&) = default;
};
BOOST_DESCRIBE_STRUCT(PowerView, (), (usable, choosing, looked, targets))

struct WeatherView {
    std::string card;
    int seat{}; // who played it
    friend bool operator==(const WeatherView&, const WeatherView&) = default;
};
BOOST_DESCRIBE_STRUCT(WeatherView, (), (card, seat))

struct SeatView {
    std::string content; // its hash
    int seat{};
    Phase phase{};
    int turn{}, active_seat{}, first_seat{};
    SideView you, opponent;
    std::vector<HandView> hand;
    std::vector<Handle> attack_targets; // where one's units may strike now, guards considered
    PowerView power;
    std::optional<WeatherView> weather;
    Winner winner{};
    Ending ending{};
    friend bool operator==(const SeatView&, const SeatView&) = default;
};
BOOST_DESCRIBE_STRUCT(SeatView, (),
                      (content, seat, phase, turn, active_seat, first_seat, you, opponent, hand, attack_targets, power,
                       weather, winner, ending))

struct SpectatorView {
    std::string content;
    Phase phase{};
    int turn{}, active_seat{}, first_seat{};
    SideView seat_1, seat_2;
    std::optional<WeatherView> weather;
    Winner winner{};
    Ending ending{};
    friend bool operator==(const SpectatorView&, const SpectatorView&) = default;
};
BOOST_DESCRIBE_STRUCT(SpectatorView, (),
                      (content, phase, turn, active_seat, first_seat, seat_1, seat_2, weather, winner, ending))

SeatView view(const State& state, const Content& content, SeatIndex seat);
SpectatorView spectator_view(const State& state, const Content& content);

// Events as one seat, or a spectator, may know them: a card drawn by the other appears without identity or handle.
std::vector<Event> events_for(const State& state, const Content& content, SeatIndex seat,
                              std::span<const RawEvent> events);
std::vector<Event> events_for_spectator(const State& state, const Content& content, std::span<const RawEvent> events);

// A seat's command with its handles resolved. Errors: no_such_card, bad_target, bad_position; apply() checks the rest.
Result<Command> decode(const State& state, const Content& content, SeatIndex seat, const SeatCommand& command);
// The reverse, for a legal command.
SeatCommand encode(const State& state, SeatIndex seat, const Command& command);

// Every legal command as told by the view alone, in a fixed order; for clients that hold no State.
std::vector<SeatCommand> legal_commands(const SeatView& view);

} // namespace harvest::game::battle
