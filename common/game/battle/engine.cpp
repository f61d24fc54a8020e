#include "common/game/battle/engine.hpp"

#include "common/game/battle/resolver.hpp"

#include <algorithm>

namespace harvest::game::battle {

namespace {

constexpr std::array<std::uint8_t, 12> handle_label{'h', 'a', 'n', 'd', 'l', 'e', 's'};

bool fits(const DeckList& deck, const Content& content)
{
    return deck.cards.size() <= deck_capacity && deck.farmer < content.farmers().size() &&
           std::all_of(
               deck.cards.begin(), deck.cards.end(),
               [&](CardIndex card) { return card < content.cards().size() && !content.card(card).token; });
}

bool has_guard(const SeatState& side)
{
    for (std::size_t i = 0; i < side.row_size; ++i) {
        const Keywords& keywords = side.row[i].keywords;
        if (keywords.has(Keyword::guard) && !keywords.has(Keyword::burrowed)) return true;
    }
    return false;
}

Result<void> check_chosen(const State& state, const Content& content, SeatIndex seat,
                          const std::optional<Target>& chosen, std::uint8_t at, bool required)
{
    if (!chosen) return at == spot(Spot::none) ? Result<void>() : BattleErrc::bad_target;
    const Candidates found = candidates(state, content, seat, 0, *chosen, true);
    if (found.size == 0 && !required && at == spot(Spot::none)) return {};
    const EntityId id = entity_at(state, seat, at);
    if (id == 0 || !found.contains(id)) return BattleErrc::bad_target;
    return {};
}

Result<void> check_play(const State& state, const Content& content, SeatIndex seat, const Command& command)
{
    const SeatState& side = state.seats[seat];
    if (side.looking) return BattleErrc::choice_pending;
    if (command.card >= side.hand_size) return BattleErrc::no_such_card;
    const Card& card = content.card(side.hand[command.card].card);
    if (card.cost > side.sun) return BattleErrc::not_enough_sun;
    if (card.is_unit()) {
        if (side.row_size >= content.rules().row_limit) return BattleErrc::row_full;
        if (command.position > side.row_size) return BattleErrc::bad_position;
    } else if (command.position != 0) {
        return BattleErrc::bad_position;
    }
    return check_chosen(state, content, seat, card.chosen, command.target, !card.is_unit());
}

Result<void> check_attack(const State& state, SeatIndex seat, const Command& command)
{
    const SeatState& side = state.seats[seat];
    if (side.looking) return BattleErrc::choice_pending;
    if (command.card >= side.row_size) return BattleErrc::no_such_card;
    if (!side.row[command.card].can_act()) return BattleErrc::cannot_attack;
    const SeatState& enemy = state.seats[other(seat)];
    const std::size_t slot = command.target - std::size_t{spot(Spot::enemy_row)};
    const bool at_unit = command.target >= spot(Spot::enemy_row) && slot < enemy.row_size;
    if (!at_unit && command.target != spot(Spot::enemy_farmer)) return BattleErrc::bad_target;
    if (at_unit && enemy.row[slot].keywords.has(Keyword::burrowed)) return BattleErrc::bad_target;
    const bool at_guard = at_unit && enemy.row[slot].keywords.has(Keyword::guard);
    if (!at_guard && has_guard(enemy)) return BattleErrc::guard_first;
    return {};
}

// Nothing to summon into, nothing to look at.
bool power_idle(const State& state, const Content& content, SeatIndex seat)
{
    const SeatState& side = state.seats[seat];
    for (const Effect& effect : content.farmers()[side.farmer].power) {
        if (effect.kind == EffectKind::summon && side.row_size >= content.rules().row_limit) return true;
        if (effect.kind == EffectKind::reveal && effect.from_deck && side.deck_size == 0) return true;
    }
    return false;
}

Result<void> check_power(const State& state, const Content& content, SeatIndex seat, const Command& command)
{
    const SeatState& side = state.seats[seat];
    if (command.choice != Choice::none) {
        if (!side.looking) return BattleErrc::no_choice;
        return command.target == spot(Spot::none) ? Result<void>() : BattleErrc::bad_target;
    }
    if (side.looking) return BattleErrc::choice_pending;
    const Farmer& farmer = content.farmers()[side.farmer];
    if (side.power_used) return BattleErrc::power_used;
    if (farmer.cost > side.sun) return BattleErrc::not_enough_sun;
    if (power_idle(state, content, seat)) return BattleErrc::power_unusable;
    if (farmer.chosen && candidates(state, content, seat, 0, *farmer.chosen, true).size == 0)
        return BattleErrc::power_unusable;
    return check_chosen(state, content, seat, farmer.chosen, command.target, true);
}

Result<void> check_mulligan(const State& state, SeatIndex seat, const Command& command)
{
    if (state.phase != Phase::mulligan) return BattleErrc::wrong_phase;
    const SeatState& side = state.seats[seat];
    if (side.mulligan_done) return BattleErrc::already_done;
    if (command.kind == CommandKind::mulligan && (command.cards >> side.hand_size) != 0)
        return BattleErrc::no_such_card;
    return {};
}

} // namespace

Result<State> start(const Content& content, const MatchSetup& setup, RawEvents* events)
{
    State state;
    state.content = content.short_hash();
    state.seed = match_seed(setup.server_seed, setup.match_id, setup.nonces[0], setup.nonces[1]);
    const std::array<std::uint8_t, 64> keys = chacha20_block(state.seed, 0, handle_label);
    for (std::size_t i = 0; i < 24; ++i) state.handle_keys[i / 8] |= std::uint64_t{keys[i]} << (8 * (i % 8));
    for (std::size_t seat = 0; seat < 2; ++seat) {
        const DeckList& deck = setup.decks[seat];
        if (!fits(deck, content)) return BattleErrc::bad_deck;
        SeatState& side = state.seats[seat];
        std::copy(deck.cards.begin(), deck.cards.end(), side.deck.begin());
        side.deck_size = static_cast<std::uint8_t>(deck.cards.size());
        side.farmer = deck.farmer;
        side.health = static_cast<std::int16_t>(content.rules().health);
    }
    Resolver(state, content, events).deal();
    return state;
}

Result<void> check(const State& state, const Content& content, SeatIndex seat, const Command& command)
{
    if (state.phase == Phase::over) return BattleErrc::wrong_phase;
    switch (command.kind) {
    case CommandKind::concede:
    case CommandKind::forfeit:
        return {};
    case CommandKind::mulligan:
        return check_mulligan(state, seat, command);
    case CommandKind::time_out:
        if (state.phase == Phase::mulligan) return check_mulligan(state, seat, command);
        break;
    default:
        break;
    }
    if (state.phase != Phase::playing) return BattleErrc::wrong_phase;
    if (state.active != seat) return BattleErrc::not_your_turn;
    switch (command.kind) {
    case CommandKind::play:
        return check_play(state, content, seat, command);
    case CommandKind::attack:
        return check_attack(state, seat, command);
    case CommandKind::power:
        return check_power(state, content, seat, command);
    default:
        return {};
    }
}

Result<void> apply(State& state, const Content& content, SeatIndex seat, const Command& command, RawEvents* events)
{
    if (const Result<void> legal = check(state, content, seat, command); !legal) return legal;
    Resolver resolver(state, content, events);
    switch (command.kind) {
    case CommandKind::mulligan:
        resolver.mulligan(seat, command.cards);
        break;
    case CommandKind::play:
        resolver.play(seat, command);
        break;
    case CommandKind::attack:
        resolver.attack(seat, command);
        break;
    case CommandKind::power:
        command.choice == Choice::none ? resolver.use_power(seat, command) : resolver.choose(seat, command.choice);
        break;
    case CommandKind::end_turn:
        resolver.end_turn(seat, false);
        break;
    case CommandKind::time_out:
        state.phase == Phase::mulligan ? resolver.mulligan(seat, 0) : resolver.end_turn(seat, true);
        break;
    case CommandKind::concede:
        resolver.finish(seat == 0 ? Winner::seat_2 : Winner::seat_1, Ending::conceded);
        break;
    case CommandKind::forfeit:
        resolver.finish(seat == 0 ? Winner::seat_2 : Winner::seat_1, Ending::forfeit);
        break;
    }
    return {};
}

namespace {

class CommandList {
public:
    explicit CommandList(CommandBuffer& out) : out_(out) {}
    void add(const Command& command)
    {
        if (size_ < out_.size()) out_[size_++] = command;
    }
    std::span<const Command> all() const { return std::span(out_).first(size_); }

private:
    CommandBuffer& out_;
    std::size_t size_{};
};

void add_targets(CommandList& list, Command command, const State& state, const Content& content, SeatIndex seat,
                 const Target& chosen, bool required)
{
    const Candidates found = candidates(state, content, seat, 0, chosen, true);
    for (std::size_t i = 0; i < found.size; ++i) {
        command.target = spot_of(state, seat, found.ids[i]);
        list.add(command);
    }
    if (found.size == 0 && !required) list.add(command);
}

void add_plays(CommandList& list, const State& state, const Content& content, SeatIndex seat)
{
    const SeatState& side = state.seats[seat];
    for (std::uint8_t slot = 0; slot < side.hand_size; ++slot) {
        const Card& card = content.card(side.hand[slot].card);
        if (card.cost > side.sun) continue;
        if (card.is_unit() && side.row_size >= content.rules().row_limit) continue;
        Command command;
        command.kind = CommandKind::play;
        command.card = slot;
        command.position = card.is_unit() ? side.row_size : std::uint8_t{0};
        if (card.chosen)
            add_targets(list, command, state, content, seat, *card.chosen, !card.is_unit());
        else
            list.add(command);
    }
}

void add_attacks(CommandList& list, const State& state, SeatIndex seat)
{
    const SeatState& side = state.seats[seat];
    const SeatState& enemy = state.seats[other(seat)];
    const bool guarded = has_guard(enemy);
    for (std::uint8_t slot = 0; slot < side.row_size; ++slot) {
        if (!side.row[slot].can_act()) continue;
        Command command;
        command.kind = CommandKind::attack;
        command.card = slot;
        for (std::size_t at = 0; at < enemy.row_size; ++at) {
            const Keywords& keywords = enemy.row[at].keywords;
            if (keywords.has(Keyword::burrowed) || (guarded && !keywords.has(Keyword::guard))) continue;
            command.target = spot(Spot::enemy_row, at);
            list.add(command);
        }
        if (guarded) continue;
        command.target = spot(Spot::enemy_farmer);
        list.add(command);
    }
}

void add_power(CommandList& list, const State& state, const Content& content, SeatIndex seat)
{
    const SeatState& side = state.seats[seat];
    const Farmer& farmer = content.farmers()[side.farmer];
    if (side.power_used || farmer.cost > side.sun || power_idle(state, content, seat)) return;
    Command command;
    command.kind = CommandKind::power;
    if (farmer.chosen)
        add_targets(list, command, state, content, seat, *farmer.chosen, true);
    else
        list.add(command);
}

} // namespace

std::span<const Command> legal_commands(const State& state, const Content& content, SeatIndex seat, CommandBuffer& out)
{
    CommandList list(out);
    const SeatState& side = state.seats[seat];
    Command command;
    if (state.phase == Phase::mulligan && !side.mulligan_done) {
        command.kind = CommandKind::mulligan;
        for (unsigned mask = 0; mask < (1U << side.hand_size); ++mask) {
            command.cards = static_cast<std::uint16_t>(mask);
            list.add(command);
        }
    }
    if (state.phase != Phase::playing || state.active != seat) return list.all();
    if (side.looking) {
        command.kind = CommandKind::power;
        for (const Choice choice : {Choice::keep, Choice::bury}) {
            command.choice = choice;
            list.add(command);
        }
    } else {
        add_plays(list, state, content, seat);
        add_attacks(list, state, seat);
        add_power(list, state, content, seat);
    }
    list.add(Command{});
    return list.all();
}

} // namespace harvest::game::battle
