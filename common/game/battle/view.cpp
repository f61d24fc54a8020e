#include "common/game/battle/view.hpp"

#include "common/game/battle/handles.hpp"
#include "common/game/battle/targets.hpp"

#include <algorithm>

namespace harvest::game::battle {

namespace {

KeywordsView view_of(const Keywords& keywords)
{
    return {.guard = keywords.has(Keyword::guard),
            .swift = keywords.has(Keyword::swift),
            .burrowed = keywords.has(Keyword::burrowed),
            .pest = keywords.has(Keyword::pest),
            .drain = keywords.has(Keyword::drain),
            .shielded = keywords.has(Keyword::shielded),
            .thorns = keywords.thorns,
            .regrow = keywords.regrow,
            .sprout = keywords.sprout};
}

SideView side_view(const State& state, const Content& content, SeatIndex seat, Reader reader)
{
    const SeatState& side = state.seats[seat];
    SideView out;
    out.seat = seat + 1;
    out.farmer_handle = to_handle(state, reader, farmer_id(seat));
    out.farmer = content.farmers()[side.farmer].id;
    out.health = side.health;
    out.sun = side.sun;
    out.sun_max = side.sun_max;
    out.fatigue = side.fatigue;
    out.idle_turns = side.idle_turns;
    out.deck_count = side.deck_size;
    out.hand_count = side.hand_size;
    out.power_used = side.power_used;
    out.mulligan_done = side.mulligan_done;
    const bool acting = state.phase == Phase::playing && state.active == seat && !side.looking;
    out.row.reserve(side.row_size);
    for (std::size_t i = 0; i < side.row_size; ++i) {
        const Unit& unit = side.row[i];
        out.row.push_back({.handle = to_handle(state, reader, unit.id),
                           .card = content.card(unit.card).id,
                           .attack = unit.attack,
                           .health = unit.health,
                           .max_health = unit.max_health,
                           .sprouts_left = unit.sprouts_left,
                           .keywords = view_of(unit.keywords),
                           .fresh = unit.fresh,
                           .attacked = unit.attacked,
                           .silenced = unit.silenced,
                           .token = !unit.from_deck,
                           .can_attack = acting && unit.can_act()});
    }
    out.spent.reserve(side.spent_size);
    for (std::size_t i = 0; i < side.spent_size; ++i) out.spent.push_back(content.card(side.spent[i]).id);
    return out;
}

std::optional<WeatherView> weather_view(const State& state, const Content& content)
{
    if (state.weather == no_card) return std::nullopt;
    return WeatherView{content.card(state.weather).id, state.weather_owner + 1};
}

// What may be played, struck and used is read off the rules' own list of legal commands.
void add_choices(SeatView& out, const State& state, const Content& content, SeatIndex seat)
{
    CommandBuffer buffer;
    for (const Command& command : legal_commands(state, content, seat, buffer)) {
        const Handle target = to_handle(state, reader_of(seat), entity_at(state, seat, command.target));
        if (command.kind == CommandKind::play) {
            HandView& card = out.hand[command.card];
            card.playable = true;
            if (target != 0) card.targets.push_back(target);
        } else if (command.kind == CommandKind::attack) {
            if (std::find(out.attack_targets.begin(), out.attack_targets.end(), target) == out.attack_targets.end())
                out.attack_targets.push_back(target);
        } else if (command.kind == CommandKind::power) {
            out.power.usable = true;
            if (target != 0) out.power.targets.push_back(target);
        }
    }
}

Event public_event(const State& state, const Content& content, Reader reader, const RawEvent& raw)
{
    Event event;
    event.kind = raw.kind;
    event.seat = raw.seat + 1;
    const bool known = !raw.secret || reader == reader_of(raw.seat);
    if (raw.source != 0) event.source = to_handle(state, reader, raw.source);
    if (raw.target != 0 && known) event.target = to_handle(state, reader, raw.target);
    if (raw.card != no_card && known) event.card = content.card(raw.card).id;
    if (raw.amount != 0) event.amount = raw.amount;
    if (raw.kind == EventKind::unit_entered) event.position = raw.position;
    if (raw.target >= first_entity && !raw.secret && raw.kind != EventKind::card_played &&
        raw.kind != EventKind::attacked && raw.kind != EventKind::power_used) {
        event.attack = raw.attack;
        event.health = raw.health;
    }
    if (raw.target != 0 && raw.target < first_entity &&
        (raw.kind == EventKind::damaged || raw.kind == EventKind::healed))
        event.health = raw.health;
    return event;
}

std::vector<Event> told(const State& state, const Content& content, Reader reader, std::span<const RawEvent> events)
{
    std::vector<Event> out;
    out.reserve(events.size());
    for (const RawEvent& raw : events) out.push_back(public_event(state, content, reader, raw));
    return out;
}

} // namespace

SeatView view(const State& state, const Content& content, SeatIndex seat)
{
    const SeatState& own = state.seats[seat];
    SeatView out;
    out.content = content.hash();
    out.seat = seat + 1;
    out.phase = state.phase;
    out.turn = state.turn;
    out.active_seat = state.active + 1;
    out.first_seat = state.first + 1;
    out.you = side_view(state, content, seat, reader_of(seat));
    out.opponent = side_view(state, content, other(seat), reader_of(seat));
    out.hand.reserve(own.hand_size);
    for (std::size_t i = 0; i < own.hand_size; ++i) {
        const Card& card = content.card(own.hand[i].card);
        HandView held;
        held.handle = to_handle(state, reader_of(seat), own.hand[i].id);
        held.card = card.id;
        held.cost = card.cost;
        out.hand.push_back(std::move(held));
    }
    out.power.choosing = own.looking;
    if (own.looking) out.power.looked = content.card(own.deck[own.deck_size - 1U]).id;
    add_choices(out, state, content, seat);
    out.weather = weather_view(state, content);
    out.winner = state.winner;
    out.ending = state.ending;
    return out;
}

SpectatorView spectator_view(const State& state, const Content& content)
{
    SpectatorView out;
    out.content = content.hash();
    out.phase = state.phase;
    out.turn = state.turn;
    out.active_seat = state.active + 1;
    out.first_seat = state.first + 1;
    out.seat_1 = side_view(state, content, 0, Reader::spectator);
    out.seat_2 = side_view(state, content, 1, Reader::spectator);
    out.weather = weather_view(state, content);
    out.winner = state.winner;
    out.ending = state.ending;
    return out;
}

std::vector<Event> events_for(const State& state, const Content& content, SeatIndex seat,
                              std::span<const RawEvent> events)
{
    return told(state, content, reader_of(seat), events);
}

std::vector<Event> events_for_spectator(const State& state, const Content& content, std::span<const RawEvent> events)
{
    return told(state, content, Reader::spectator, events);
}

} // namespace harvest::game::battle
