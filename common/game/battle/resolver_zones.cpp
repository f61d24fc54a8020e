// The part of the resolver that moves cards between deck, hand, row and spent pile. Every move makes a new entity.
#include "common/game/battle/resolver.hpp"

#include <algorithm>

namespace harvest::game::battle {

namespace {

Unit make_unit(const Content& content, CardIndex index, EntityId id, bool from_deck)
{
    const Card& card = content.card(index);
    Unit unit;
    unit.id = id;
    unit.card = index;
    unit.attack = card.attack;
    unit.health = unit.max_health = card.health;
    unit.keywords = card.keywords;
    if (card.keywords.has(Keyword::sprout)) unit.sprouts_left = static_cast<std::uint8_t>(content.rules().sprout_turns);
    unit.fresh = true;
    unit.from_deck = from_deck;
    return unit;
}

} // namespace

bool Resolver::enter(SeatIndex seat, CardIndex card, std::size_t position, bool from_deck)
{
    SeatState& side = state_.seats[seat];
    if (side.row_size >= content_.rules().row_limit) return false;
    for (std::size_t i = side.row_size; i > position; --i) side.row[i] = side.row[i - 1];
    side.row[position] = make_unit(content_, card, state_.next_id++, from_deck);
    ++side.row_size;
    const Unit& unit = side.row[position];
    note({.kind = EventKind::unit_entered,
          .seat = seat,
          .position = static_cast<std::uint8_t>(position),
          .target = unit.id,
          .card = card,
          .attack = unit.attack,
          .health = unit.health});
    return true;
}

void Resolver::transform(Unit& unit, SeatIndex seat, CardIndex card)
{
    if (unit.from_deck) spend(seat, unit.card);
    const EntityId before = unit.id;
    unit = make_unit(content_, card, state_.next_id++, false);
    note_unit(EventKind::transformed, seat, unit, before);
}

// What never was a deck's card has no hand to go to.
void Resolver::return_to_hand(Place place)
{
    SeatState& side = state_.seats[place.seat];
    const Unit unit = side.row[place.slot];
    remove_unit(place);
    if (!unit.from_deck) {
        note_unit(EventKind::vanished, place.seat, unit);
        return;
    }
    note_unit(EventKind::returned, place.seat, unit);
    if (side.hand_size >= content_.rules().hand_limit) {
        spend(place.seat, unit.card);
        note({.kind = EventKind::card_burnt, .seat = place.seat, .card = unit.card});
        return;
    }
    side.hand[side.hand_size++] = {state_.next_id++, unit.card};
}

void Resolver::draw(SeatIndex seat)
{
    SeatState& side = state_.seats[seat];
    if (side.deck_size == 0) {
        side.fatigue = static_cast<std::uint8_t>(std::min(side.fatigue + 1, 250));
        note({.kind = EventKind::fatigue, .seat = seat, .amount = side.fatigue});
        damage(0, farmer_id(seat), side.fatigue);
        return;
    }
    const CardIndex card = side.deck[--side.deck_size];
    side.deck[side.deck_size] = 0;
    if (side.hand_size >= content_.rules().hand_limit) {
        spend(seat, card);
        note({.kind = EventKind::card_burnt, .seat = seat, .card = card});
        return;
    }
    const EntityId id = state_.next_id++;
    side.hand[side.hand_size++] = {id, card};
    note({.kind = EventKind::card_drawn, .seat = seat, .secret = true, .target = id, .card = card});
}

void Resolver::discard(SeatIndex seat, int count)
{
    SeatState& side = state_.seats[seat];
    for (int i = 0; i < count && side.hand_size > 0; ++i) {
        const std::size_t slot = play_.below(side.hand_size);
        const CardIndex card = side.hand[slot].card;
        if (!content_.card(card).token) spend(seat, card);
        note({.kind = EventKind::discarded, .seat = seat, .card = card});
        remove_hand(seat, slot);
    }
}

void Resolver::reveal(SeatIndex seat, const Effect& effect)
{
    const SeatState& side = state_.seats[seat];
    if (effect.from_deck) {
        for (std::size_t i = side.deck_size, left = static_cast<std::size_t>(effect.amount); i > 0 && left > 0; --left)
            note({.kind = EventKind::revealed, .seat = seat, .card = side.deck[--i]});
        return;
    }
    std::array<CardIndex, hand_capacity> cards{};
    std::size_t size = side.hand_size;
    for (std::size_t i = 0; i < size; ++i) cards[i] = side.hand[i].card;
    for (int i = 0; i < effect.amount && size > 0; ++i) {
        const std::size_t slot = play_.below(static_cast<std::uint32_t>(size));
        note({.kind = EventKind::revealed, .seat = seat, .card = cards[slot]});
        cards[slot] = cards[--size];
    }
}

// Replacements come first, then what was put back is shuffled in: nobody redraws the card just refused.
void Resolver::mulligan(SeatIndex seat, std::uint16_t mask)
{
    SeatState& side = state_.seats[seat];
    std::array<CardIndex, hand_capacity> aside{};
    std::size_t count = 0;
    for (std::size_t slot = 0; slot < side.hand_size && side.deck_size > 0; ++slot) {
        if (((mask >> slot) & 1U) == 0) continue;
        aside[count++] = side.hand[slot].card;
        side.hand[slot] = {state_.next_id++, side.deck[--side.deck_size]};
        note({.kind = EventKind::card_drawn,
              .seat = seat,
              .secret = true,
              .target = side.hand[slot].id,
              .card = side.hand[slot].card});
    }
    note({.kind = EventKind::mulligan_done, .seat = seat, .amount = static_cast<std::int16_t>(count)});
    for (std::size_t i = 0; i < count; ++i) side.deck[side.deck_size++] = aside[i];
    if (count > 0) {
        Stream stream(state_.seed, seat == 0 ? StreamName::deck1 : StreamName::deck2, state_.drawn[seat]);
        stream.shuffle(std::span(side.deck).first(side.deck_size));
    }
    side.mulligan_done = true;
    if (state_.seats[other(seat)].mulligan_done) begin_play();
}

void Resolver::deal()
{
    const Rules& rules = content_.rules();
    for (SeatIndex seat = 0; seat < 2; ++seat) {
        SeatState& side = state_.seats[seat];
        Stream stream(state_.seed, seat == 0 ? StreamName::deck1 : StreamName::deck2, state_.drawn[seat]);
        stream.shuffle(std::span(side.deck).first(side.deck_size));
    }
    state_.first = state_.active = static_cast<SeatIndex>(play_.below(2));
    note({.kind = EventKind::match_started, .seat = state_.first});
    for (int i = 0; i < rules.opening_first; ++i) draw(state_.first);
    for (int i = 0; i < rules.opening_second; ++i) draw(other(state_.first));
}

} // namespace harvest::game::battle
