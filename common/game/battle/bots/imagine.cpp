// A seat's view made into a whole state: what the seat sees is taken over, what it cannot see is invented.
#include "common/game/battle/bots/bot.hpp"

#include <algorithm>

namespace harvest::game::battle::bots {

namespace {

Keywords keywords_of(const KeywordsView& view)
{
    Keywords out;
    if (view.guard) out.set(Keyword::guard);
    if (view.swift) out.set(Keyword::swift);
    if (view.burrowed) out.set(Keyword::burrowed);
    if (view.pest) out.set(Keyword::pest);
    if (view.drain) out.set(Keyword::drain);
    if (view.shielded) out.set(Keyword::shielded);
    const auto counted = [&](Keyword keyword, int n) {
        if (n > 0) out.set(keyword, static_cast<std::uint8_t>(std::min(n, 255)));
    };
    counted(Keyword::thorns, view.thorns);
    counted(Keyword::regrow, view.regrow);
    counted(Keyword::sprout, view.sprout);
    return out;
}

template <class Small>
Small small(int value, int most)
{
    return static_cast<Small>(std::clamp(value, 0, most));
}

// A view from the wire may name anything: unknown cards become the first card, counts are held to what a State holds.
void take_side(State& state, const Content& content, const SideView& view, SeatIndex seat)
{
    SeatState& side = state.seats[seat];
    side.farmer = content.find_farmer(view.farmer).value_or(0);
    side.health = small<std::int16_t>(view.health, 999);
    side.sun = small<std::uint8_t>(view.sun, 99);
    side.sun_max = small<std::uint8_t>(view.sun_max, 99);
    side.fatigue = small<std::uint8_t>(view.fatigue, 250);
    side.idle_turns = small<std::uint8_t>(view.idle_turns, 250);
    side.power_used = view.power_used;
    side.mulligan_done = view.mulligan_done;
    side.deck_size = small<std::uint8_t>(view.deck_count, deck_capacity);
    side.row_size = small<std::uint8_t>(static_cast<int>(view.row.size()), row_capacity);
    for (std::size_t i = 0; i < side.row_size; ++i) {
        const UnitView& seen = view.row[i];
        Unit& unit = side.row[i];
        unit.id = state.next_id++;
        unit.card = content.find_card(seen.card).value_or(0);
        unit.attack = small<std::int16_t>(seen.attack, 99);
        unit.health = small<std::int16_t>(seen.health, 99);
        unit.max_health = small<std::int16_t>(seen.max_health, 99);
        unit.keywords = keywords_of(seen.keywords);
        unit.sprouts_left = small<std::uint8_t>(seen.sprouts_left, 100);
        unit.fresh = seen.fresh;
        unit.attacked = seen.attacked;
        unit.silenced = seen.silenced;
        // Only what has room to be spent counts as a deck's card; for a search the difference is nothing.
        unit.from_deck = false;
    }
}

// Cards that a deck could hold, in the content's order.
std::vector<CardIndex> pool_of(const Content& content)
{
    std::vector<CardIndex> pool;
    for (std::size_t i = 0; i < content.cards().size(); ++i)
        if (!content.cards()[i].token) pool.push_back(static_cast<CardIndex>(i));
    if (pool.empty()) pool.push_back(0);
    return pool;
}

} // namespace

State imagine(const SeatView& view, const Content& content, std::uint64_t seed)
{
    State state;
    const SeatIndex own = view.seat == 2 ? 1 : 0;
    for (std::size_t i = 0; i < 8; ++i) state.seed[i] = static_cast<std::uint8_t>(seed >> (8 * i));
    state.seed[31] = 1; // no match's own seed
    state.content = content.short_hash();
    state.phase = view.phase;
    state.turn = small<std::uint16_t>(view.turn, 10'000);
    state.active = view.active_seat == 2 ? 1 : 0;
    state.first = view.first_seat == 2 ? 1 : 0;
    state.winner = view.winner;
    state.ending = view.ending;
    take_side(state, content, view.you, own);
    take_side(state, content, view.opponent, other(own));
    if (view.weather) {
        state.weather = content.find_card(view.weather->card).value_or(no_card);
        state.weather_owner = view.weather->seat == 2 ? 1 : 0;
    }
    SeatState& mine = state.seats[own];
    SeatState& theirs = state.seats[other(own)];
    mine.hand_size = small<std::uint8_t>(static_cast<int>(view.hand.size()), hand_capacity);
    for (std::size_t i = 0; i < mine.hand_size; ++i)
        mine.hand[i] = {state.next_id++, content.find_card(view.hand[i].card).value_or(0)};
    theirs.hand_size = small<std::uint8_t>(view.opponent.hand_count, hand_capacity);
    // However odd the view: hand and deck together are never more than the spent pile can take.
    for (SeatState& side : state.seats)
        side.deck_size = std::min(side.deck_size, static_cast<std::uint8_t>(deck_capacity - side.hand_size));
    const std::vector<CardIndex> pool = pool_of(content);
    std::uint32_t drawn = 0;
    Stream chance(state.seed, StreamName::deck1, drawn);
    const auto any_card = [&] { return pool[chance.below(static_cast<std::uint32_t>(pool.size()))]; };
    for (std::size_t i = 0; i < theirs.hand_size; ++i) theirs.hand[i] = {state.next_id++, any_card()};
    for (SeatState& side : state.seats)
        for (std::size_t i = 0; i < side.deck_size; ++i) side.deck[i] = any_card();
    mine.looking = view.power.choosing && mine.deck_size > 0;
    if (mine.looking && view.power.looked)
        mine.deck[mine.deck_size - 1U] = content.find_card(*view.power.looked).value_or(0);
    return state;
}

} // namespace harvest::game::battle::bots
