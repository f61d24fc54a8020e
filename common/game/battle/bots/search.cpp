#include "common/game/battle/bots/search.hpp"

#include <algorithm>

namespace harvest::game::battle::bots {

namespace {

int unit_worth(const Unit& unit)
{
    int worth = 100 * unit.attack + 100 * unit.health + 50;
    const Keywords& keywords = unit.keywords;
    if (keywords.has(Keyword::guard)) worth += 50;
    if (keywords.has(Keyword::pest)) worth += 200;
    if (keywords.has(Keyword::drain)) worth += 40 * unit.attack;
    if (keywords.has(Keyword::shielded)) worth += 100 + 20 * unit.attack;
    if (keywords.has(Keyword::burrowed)) worth += 60;
    worth += 60 * keywords.thorns + 50 * keywords.regrow + 100 * keywords.sprout * unit.sprouts_left;
    return worth;
}

// A triggered power is worth about as much as a keyword.
int powers_worth(const Unit& unit, const Content& content)
{
    if (unit.silenced) return 0;
    int worth = 0;
    for (const Trigger trigger :
         {Trigger::on_death, Trigger::on_attack, Trigger::turn_start, Trigger::turn_end, Trigger::on_damaged})
        if (!content.card(unit.card).on(trigger).empty()) worth += 100;
    return worth;
}

int side_worth(const SeatState& side, const Content& content)
{
    // The last points of health are worth the most.
    int worth = 60 * side.health + 400 * std::min<int>(side.health, 8);
    worth += 150 * side.hand_size + (side.deck_size == 0 ? -500 : 0) - 100 * side.fatigue;
    for (std::size_t i = 0; i < side.row_size; ++i)
        worth += unit_worth(side.row[i]) + powers_worth(side.row[i], content);
    return worth;
}

} // namespace

std::uint64_t Whim::next()
{
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

int worth(const State& state, const Content& content, SeatIndex seat)
{
    if (state.phase == Phase::over) {
        if (state.winner == Winner::draw) return 0;
        return (state.winner == Winner::seat_1) == (seat == 0) ? 1'000'000 : -1'000'000;
    }
    return side_worth(state.seats[seat], content) - side_worth(state.seats[other(seat)], content);
}

SeatCommand by_handles(const SeatView& view, const Command& command)
{
    SeatCommand out;
    out.kind = command.kind;
    out.choice = command.choice;
    const std::size_t target = command.target;
    if (target == spot(Spot::own_farmer)) out.target = view.you.farmer_handle;
    if (target == spot(Spot::enemy_farmer)) out.target = view.opponent.farmer_handle;
    if (target < row_capacity && target < view.you.row.size()) out.target = view.you.row[target].handle;
    if (target >= row_capacity && target - row_capacity < view.opponent.row.size())
        out.target = view.opponent.row[target - row_capacity].handle;
    if (command.kind == CommandKind::play && command.card < view.hand.size()) {
        out.card = view.hand[command.card].handle;
        out.position = command.position;
    }
    if (command.kind == CommandKind::attack && command.card < view.you.row.size())
        out.card = view.you.row[command.card].handle;
    for (std::size_t slot = 0; slot < view.hand.size() && command.kind == CommandKind::mulligan; ++slot)
        if (((command.cards >> slot) & 1U) != 0) out.cards.push_back(view.hand[slot].handle);
    return out;
}

Command choose_mulligan(const State& state, const Content& content, SeatIndex seat)
{
    Command command;
    command.kind = CommandKind::mulligan;
    const SeatState& side = state.seats[seat];
    for (std::size_t slot = 0; slot < side.hand_size; ++slot)
        if (content.card(side.hand[slot].card).cost > 4)
            command.cards = static_cast<std::uint16_t>(command.cards | 1U << slot);
    return command;
}

namespace {

// The worth of the best that can follow at once; what sun is for.
int best_after(const State& state, const Content& content, SeatIndex seat)
{
    CommandBuffer buffer;
    int best = worth(state, content, seat);
    for (const Command& command : legal_commands(state, content, seat, buffer)) {
        if (command.kind != CommandKind::play && command.kind != CommandKind::power) continue;
        State next = state;
        if (apply(next, content, seat, command)) best = std::max(best, worth(next, content, seat));
    }
    return best;
}

// The worth after a round in which both seats only pass: the weather has shown itself to each once.
int worth_of_round(State state, const Content& content, SeatIndex seat)
{
    for (int i = 0; i < 2 && state.phase == Phase::playing; ++i)
        if (!apply(state, content, state.active, Command{})) break;
    return worth(state, content, seat);
}

// The worth of a command as the greedy bot sees it: the board after it, more sun by what it buys at once, and weather
// by two rounds of it.
int worth_of(const State& state, const State& next, const Content& content, SeatIndex seat)
{
    constexpr int rounds = 2;
    int value = worth(next, content, seat);
    if (next.phase != Phase::playing) return value;
    if (next.seats[seat].sun > state.seats[seat].sun) value = best_after(next, content, seat);
    if (next.weather != state.weather)
        value += rounds * (worth_of_round(next, content, seat) - worth(next, content, seat) -
                           worth_of_round(state, content, seat) + worth(state, content, seat));
    return value;
}

} // namespace

Command choose_greedy(const State& state, const Content& content, SeatIndex seat)
{
    CommandBuffer buffer;
    Command best;
    int best_worth = worth(state, content, seat);
    for (const Command& command : legal_commands(state, content, seat, buffer)) {
        if (command.kind == CommandKind::end_turn) continue;
        State next = state;
        if (!apply(next, content, seat, command)) continue;
        int value = worth_of(state, next, content, seat);
        // A card spent for nothing is a loss already counted; an unused power is none.
        if (command.choice == Choice::keep) value += 1;
        if (value <= best_worth) continue;
        best = command;
        best_worth = value;
    }
    return best;
}

} // namespace harvest::game::battle::bots
