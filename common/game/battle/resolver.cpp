#include "common/game/battle/resolver.hpp"

#include <algorithm>

namespace harvest::game::battle {

namespace {

constexpr int stat_limit = 99; // of a unit's attack and health

std::int16_t bounded(int value)
{
    return static_cast<std::int16_t>(std::clamp(value, 0, stat_limit));
}

} // namespace

void Resolver::note_unit(EventKind kind, SeatIndex seat, const Unit& unit, EntityId source, int amount)
{
    note({.kind = kind,
          .seat = seat,
          .source = source,
          .target = unit.id,
          .card = unit.card,
          .amount = static_cast<std::int16_t>(amount),
          .attack = unit.attack,
          .health = unit.health});
}

void Resolver::remove_unit(Place place)
{
    SeatState& side = state_.seats[place.seat];
    for (std::size_t i = place.slot + 1U; i < side.row_size; ++i) side.row[i - 1] = side.row[i];
    side.row[--side.row_size] = Unit{};
}

void Resolver::remove_hand(SeatIndex seat, std::size_t slot)
{
    SeatState& side = state_.seats[seat];
    for (std::size_t i = slot + 1; i < side.hand_size; ++i) side.hand[i - 1] = side.hand[i];
    side.hand[--side.hand_size] = HandCard{};
}

// Within one effect everything happens at once; the dead leave together before the next.
void Resolver::bury_the_dead()
{
    for (const SeatIndex seat : {state_.active, other(state_.active)}) {
        SeatState& side = state_.seats[seat];
        for (std::uint8_t slot = 0; slot < side.row_size;) {
            const Unit& unit = side.row[slot];
            if (unit.health > 0 && !unit.doomed) {
                ++slot;
                continue;
            }
            note_unit(EventKind::died, seat, unit);
            if (unit.from_deck) spend(seat, unit.card);
            if (!unit.silenced) queue(Trigger::on_death, seat, unit.card, unit.id);
            remove_unit({seat, slot});
        }
    }
}

void Resolver::finish(Winner winner, Ending ending)
{
    state_.phase = Phase::over;
    state_.winner = winner;
    state_.ending = ending;
    for (SeatState& side : state_.seats) side.looking = false;
    note({.kind = EventKind::match_ended, .amount = static_cast<std::int16_t>(winner)});
}

bool Resolver::over()
{
    if (state_.phase == Phase::over) return true;
    const bool fell_1 = state_.seats[0].health <= 0;
    const bool fell_2 = state_.seats[1].health <= 0;
    if (!fell_1 && !fell_2) return false;
    finish(fell_1 && fell_2 ? Winner::draw : (fell_1 ? Winner::seat_2 : Winner::seat_1), Ending::farmer_fell);
    return true;
}

void Resolver::queue(Trigger trigger, SeatIndex controller, CardIndex card, EntityId source, EntityId chosen)
{
    if (content_.card(card).on(trigger).empty()) return;
    if (queued_ >= static_cast<std::size_t>(content_.rules().chain_limit)) {
        cut_ = true;
        return;
    }
    queue_[queued_++] = {trigger, controller, card, source, chosen};
}

void Resolver::queue_row(Trigger trigger, SeatIndex seat)
{
    const SeatState& side = state_.seats[seat];
    for (std::size_t i = 0; i < side.row_size; ++i)
        if (!side.row[i].silenced) queue(trigger, seat, side.row[i].card, side.row[i].id);
    if (state_.weather != no_card) queue(trigger, seat, state_.weather, 0);
}

// First in, first out. A trigger other than on_death and on_play needs its unit to be still there and unsilenced.
void Resolver::run_queue()
{
    while (done_ < queued_ && !over()) {
        const Pending pending = queue_[done_++];
        if (pending.source != 0 && pending.trigger != Trigger::on_death && pending.trigger != Trigger::on_play) {
            Place place;
            if (!find_unit(state_, pending.source, place)) continue;
            if (state_.seats[place.seat].row[place.slot].silenced) continue;
        }
        resolve(content_.card(pending.card).on(pending.trigger), pending.controller, pending.source, pending.chosen);
    }
    if (cut_) {
        cut_ = false;
        ++state_.chain_cuts;
        note({.kind = EventKind::chain_cut, .seat = state_.active, .amount = static_cast<std::int16_t>(queued_)});
    }
    over();
}

void Resolver::resolve(const std::vector<Effect>& effects, SeatIndex controller, EntityId source, EntityId chosen)
{
    for (const Effect& effect : effects) {
        if (over()) return;
        resolve_one(effect, controller, source, chosen);
        bury_the_dead();
    }
}

Candidates Resolver::pick(const Effect& effect, SeatIndex controller, EntityId source, EntityId chosen)
{
    if (effect.target.pick == Pick::chosen) {
        Candidates one;
        Place place;
        if (chosen != 0 && (chosen < first_entity || find_unit(state_, chosen, place))) one.add(chosen);
        return one;
    }
    Candidates found = candidates(state_, content_, controller, source, effect.target, false);
    if (effect.target.pick != Pick::random) return found;
    Candidates taken;
    while (taken.size < effect.target.count && found.size > 0) {
        const std::size_t index = play_.below(static_cast<std::uint32_t>(found.size));
        taken.add(found.ids[index]);
        found.remove(index);
    }
    return taken;
}

void Resolver::resolve_one(const Effect& effect, SeatIndex controller, EntityId source, EntityId chosen)
{
    const Candidates targets = pick(effect, controller, source, chosen);
    for (std::size_t i = 0; i < targets.size; ++i) {
        const EntityId id = targets.ids[i];
        Place place;
        if (effect.kind == EffectKind::damage) {
            damage(source, id, effect.amount);
        } else if (effect.kind == EffectKind::heal) {
            heal(source, id, effect.amount);
        } else if (id < first_entity) {
            touch_farmer(effect, static_cast<SeatIndex>(id - 1));
        } else if (find_unit(state_, id, place)) {
            touch_unit(effect, place);
        }
    }
}

void Resolver::touch_farmer(const Effect& effect, SeatIndex seat)
{
    switch (effect.kind) {
    case EffectKind::draw:
        for (int i = 0; i < effect.amount; ++i) draw(seat);
        break;
    case EffectKind::summon:
        for (int i = 0; i < effect.amount; ++i)
            if (!enter(seat, effect.card, state_.seats[seat].row_size, false)) break;
        break;
    case EffectKind::gain_sun:
        gain_sun(seat, effect.amount);
        break;
    case EffectKind::discard:
        discard(seat, effect.amount);
        break;
    case EffectKind::reveal:
        reveal(seat, effect);
        break;
    default: // the others act on units, and the loader refuses them for farmers
        break;
    }
}

void Resolver::touch_unit(const Effect& effect, Place place)
{
    Unit& unit = state_.seats[place.seat].row[place.slot];
    switch (effect.kind) {
    case EffectKind::buff:
        buff(unit, place.seat, effect);
        break;
    case EffectKind::destroy:
        unit.doomed = true;
        break;
    case EffectKind::return_to_hand:
        return_to_hand(place);
        break;
    case EffectKind::silence:
        silence(unit, place.seat);
        break;
    case EffectKind::transform:
        transform(unit, place.seat, effect.card);
        break;
    default:
        break;
    }
}

// Pest and drain count while the source stands on a row; a dead unit's last effect has neither.
void Resolver::damage(EntityId source, EntityId target, int amount)
{
    if (amount <= 0) return;
    Place from;
    const bool from_unit = find_unit(state_, source, from);
    const Keywords keywords = from_unit ? state_.seats[from.seat].row[from.slot].keywords : Keywords{};
    Place to;
    if (target < first_entity) {
        const auto seat = static_cast<SeatIndex>(target - 1);
        SeatState& side = state_.seats[seat];
        side.health = static_cast<std::int16_t>(std::max(0, side.health - amount));
        note({.kind = EventKind::damaged,
              .seat = seat,
              .source = source,
              .target = target,
              .amount = static_cast<std::int16_t>(amount),
              .health = side.health});
    } else if (find_unit(state_, target, to)) {
        Unit& unit = state_.seats[to.seat].row[to.slot];
        if (unit.keywords.has(Keyword::shielded)) {
            unit.keywords.clear(Keyword::shielded);
            note_unit(EventKind::shield_broken, to.seat, unit, source);
            return;
        }
        unit.health = static_cast<std::int16_t>(std::max(-stat_limit, unit.health - amount));
        if (keywords.has(Keyword::pest)) unit.doomed = true;
        note_unit(EventKind::damaged, to.seat, unit, source, amount);
        if (!unit.silenced) queue(Trigger::on_damaged, to.seat, unit.card, unit.id);
    } else {
        return;
    }
    if (keywords.has(Keyword::drain)) heal(source, farmer_id(from.seat), amount);
}

void Resolver::heal(EntityId source, EntityId target, int amount)
{
    Place to;
    if (target < first_entity) {
        const auto seat = static_cast<SeatIndex>(target - 1);
        SeatState& side = state_.seats[seat];
        const int gain = std::min(amount, content_.rules().health - side.health);
        if (gain <= 0) return;
        side.health = static_cast<std::int16_t>(side.health + gain);
        note({.kind = EventKind::healed,
              .seat = seat,
              .source = source,
              .target = target,
              .amount = static_cast<std::int16_t>(gain),
              .health = side.health});
    } else if (find_unit(state_, target, to)) {
        Unit& unit = state_.seats[to.seat].row[to.slot];
        const int gain = std::min<int>(amount, unit.max_health - unit.health);
        if (gain <= 0) return;
        unit.health = static_cast<std::int16_t>(unit.health + gain);
        note_unit(EventKind::healed, to.seat, unit, source, gain);
    }
}

void Resolver::buff(Unit& unit, SeatIndex seat, const Effect& effect)
{
    unit.attack = bounded(unit.attack + effect.attack);
    unit.max_health = bounded(unit.max_health + effect.health);
    unit.health = static_cast<std::int16_t>(std::min<int>(unit.health + effect.health, unit.max_health));
    unit.keywords.mask |= effect.grant.mask;
    unit.keywords.thorns = std::max(unit.keywords.thorns, effect.grant.thorns);
    unit.keywords.regrow = std::max(unit.keywords.regrow, effect.grant.regrow);
    unit.keywords.sprout = std::max(unit.keywords.sprout, effect.grant.sprout);
    if (effect.grant.has(Keyword::sprout)) unit.sprouts_left = static_cast<std::uint8_t>(content_.rules().sprout_turns);
    note_unit(EventKind::buffed, seat, unit);
}

// Takes keywords and triggers; what the unit has grown by stays.
void Resolver::silence(Unit& unit, SeatIndex seat)
{
    unit.silenced = true;
    unit.keywords = {};
    unit.sprouts_left = 0;
    note_unit(EventKind::silenced, seat, unit);
}

void Resolver::gain_sun(SeatIndex seat, int amount)
{
    SeatState& side = state_.seats[seat];
    side.sun = static_cast<std::uint8_t>(std::clamp(side.sun + amount, 0, content_.rules().sun_limit));
    note({.kind = EventKind::sun_gained, .seat = seat, .amount = static_cast<std::int16_t>(amount)});
}

} // namespace harvest::game::battle
