// The part of the resolver that carries out commands and passes the turn.
#include "common/game/battle/resolver.hpp"

#include <algorithm>

namespace harvest::game::battle {

void Resolver::begin_play()
{
    state_.phase = Phase::playing;
    const SeatIndex second = other(state_.first);
    const CardIndex bonus = content_.rules().second_bonus;
    SeatState& side = state_.seats[second];
    if (bonus != no_card && side.hand_size < content_.rules().hand_limit) {
        const EntityId id = state_.next_id++;
        side.hand[side.hand_size++] = {id, bonus};
        note({.kind = EventKind::card_drawn, .seat = second, .secret = true, .target = id, .card = bonus});
    }
    begin_turn(state_.first);
}

void Resolver::begin_turn(SeatIndex seat)
{
    SeatState& side = state_.seats[seat];
    ++state_.turn;
    state_.active = seat;
    side.sun_max = static_cast<std::uint8_t>(std::min(side.sun_max + 1, content_.rules().sun_limit));
    side.sun = side.sun_max;
    side.power_used = false;
    side.acted = false;
    note({.kind = EventKind::turn_started, .seat = seat, .amount = static_cast<std::int16_t>(state_.turn)});
    for (std::size_t i = 0; i < side.row_size; ++i) {
        Unit& unit = side.row[i];
        unit.fresh = unit.attacked = false;
        if (unit.sprouts_left == 0) continue;
        --unit.sprouts_left;
        Effect growth;
        growth.attack = growth.health = unit.keywords.sprout;
        buff(unit, seat, growth);
    }
    queue_row(Trigger::turn_start, seat);
    run_queue();
    if (over()) return;
    draw(seat);
    run_queue();
}

void Resolver::play(SeatIndex seat, const Command& command)
{
    SeatState& side = state_.seats[seat];
    const CardIndex index = side.hand[command.card].card;
    const Card& card = content_.card(index);
    const EntityId chosen = entity_at(state_, seat, command.target);
    side.sun = static_cast<std::uint8_t>(side.sun - card.cost);
    side.acted = true;
    side.idle_turns = 0;
    remove_hand(seat, command.card);
    note({.kind = EventKind::card_played,
          .seat = seat,
          .target = chosen,
          .card = index,
          .amount = static_cast<std::int16_t>(card.cost)});
    EntityId source = 0;
    if (card.is_unit()) {
        source = state_.next_id;
        enter(seat, index, command.position, true);
    } else if (card.family == Family::weather) {
        if (state_.weather != no_card && state_.weather_from_deck) spend(state_.weather_owner, state_.weather);
        state_.weather = index;
        state_.weather_owner = seat;
        state_.weather_from_deck = !card.token;
        note({.kind = EventKind::weather_changed, .seat = seat, .card = index});
    } else if (!card.token) {
        spend(seat, index);
    }
    queue(Trigger::on_play, seat, index, source, chosen);
    run_queue();
}

void Resolver::attack(SeatIndex seat, const Command& command)
{
    SeatState& side = state_.seats[seat];
    Unit& unit = side.row[command.card];
    const EntityId attacker = unit.id;
    const EntityId target = entity_at(state_, seat, command.target);
    side.acted = true;
    side.idle_turns = 0;
    unit.attacked = true;
    note({.kind = EventKind::attacked, .seat = seat, .source = attacker, .target = target, .card = unit.card});
    if (unit.keywords.has(Keyword::burrowed)) {
        unit.keywords.clear(Keyword::burrowed);
        note_unit(EventKind::surfaced, seat, unit);
    }
    if (!unit.silenced) queue(Trigger::on_attack, seat, unit.card, attacker);
    run_queue();
    Place from, to;
    if (over() || !find_unit(state_, attacker, from)) return;
    const Unit& striker = state_.seats[from.seat].row[from.slot];
    if (target < first_entity) {
        damage(attacker, target, striker.attack);
    } else if (find_unit(state_, target, to)) {
        const Unit& struck = state_.seats[to.seat].row[to.slot];
        const int forth = striker.attack;
        const int back = struck.attack + struck.keywords.thorns;
        damage(target, attacker, back);
        damage(attacker, target, forth);
    }
    bury_the_dead();
    run_queue();
}

void Resolver::use_power(SeatIndex seat, const Command& command)
{
    SeatState& side = state_.seats[seat];
    const Farmer& farmer = content_.farmers()[side.farmer];
    const EntityId chosen = entity_at(state_, seat, command.target);
    side.sun = static_cast<std::uint8_t>(side.sun - farmer.cost);
    side.power_used = true;
    side.acted = true;
    side.idle_turns = 0;
    note({.kind = EventKind::power_used, .seat = seat, .source = farmer_id(seat), .target = chosen});
    for (const Effect& effect : farmer.power) {
        if (effect.kind == EffectKind::reveal && effect.from_deck) {
            side.looking = side.deck_size > 0;
            if (side.looking)
                note({.kind = EventKind::looked, .seat = seat, .secret = true, .card = side.deck[side.deck_size - 1U]});
            continue;
        }
        resolve_one(effect, seat, 0, chosen);
        bury_the_dead();
    }
    run_queue();
}

void Resolver::choose(SeatIndex seat, Choice choice)
{
    SeatState& side = state_.seats[seat];
    side.looking = false;
    note({.kind = choice == Choice::bury ? EventKind::buried : EventKind::kept, .seat = seat});
    if (choice != Choice::bury) return;
    const CardIndex top = side.deck[side.deck_size - 1U];
    for (std::size_t i = side.deck_size - 1U; i > 0; --i) side.deck[i] = side.deck[i - 1];
    side.deck[0] = top;
}

void Resolver::end_turn(SeatIndex seat, bool timed_out)
{
    SeatState& side = state_.seats[seat];
    if (side.looking) choose(seat, Choice::keep);
    const bool idle = timed_out && !side.acted;
    side.idle_turns = idle ? static_cast<std::uint8_t>(side.idle_turns + 1) : std::uint8_t{0};
    note({.kind = timed_out ? EventKind::timed_out : EventKind::turn_ended, .seat = seat});
    if (side.idle_turns >= content_.rules().idle_turns) {
        finish(seat == 0 ? Winner::seat_2 : Winner::seat_1, Ending::idle);
        return;
    }
    for (std::size_t i = 0; i < side.row_size; ++i)
        if (side.row[i].keywords.has(Keyword::regrow))
            heal(side.row[i].id, side.row[i].id, side.row[i].keywords.regrow);
    queue_row(Trigger::turn_end, seat);
    run_queue();
    if (over()) return;
    if (state_.turn < content_.rules().turn_limit) {
        queued_ = done_ = 0; // the next turn is a chain of its own
        begin_turn(other(seat));
        return;
    }
    const auto rank = [](const SeatState& s) { return s.health * 256 + s.deck_size; };
    const int lead = rank(state_.seats[0]) - rank(state_.seats[1]);
    finish(lead == 0 ? Winner::draw : (lead > 0 ? Winner::seat_1 : Winner::seat_2), Ending::turn_limit);
}

} // namespace harvest::game::battle
