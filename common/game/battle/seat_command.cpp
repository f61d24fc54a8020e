// Between the commands that a seat sends, with handles of its own view, and those that the rules take.
#include "common/game/battle/handles.hpp"
#include "common/game/battle/targets.hpp"
#include "common/game/battle/view.hpp"

#include <algorithm>

namespace harvest::game::battle {

namespace {

// The slot of a card of one's own hand, or hand_size.
std::uint8_t hand_slot(const State& state, SeatIndex seat, Handle handle)
{
    const EntityId id = from_handle(state, reader_of(seat), handle);
    const SeatState& side = state.seats[seat];
    std::uint8_t slot = 0;
    while (slot < side.hand_size && side.hand[slot].id != id) ++slot;
    return slot;
}

Result<void> decode_target(const State& state, SeatIndex seat, Handle handle, Command& out)
{
    if (handle == 0) return {};
    const EntityId id = from_handle(state, reader_of(seat), handle);
    if (id == 0) return BattleErrc::bad_target;
    out.target = spot_of(state, seat, id);
    return out.target == spot(Spot::none) ? Result<void>(BattleErrc::bad_target) : Result<void>();
}

Result<void> decode_mulligan(const State& state, SeatIndex seat, const SeatCommand& command, Command& out)
{
    if (command.cards.size() > hand_capacity) return BattleErrc::no_such_card;
    for (const Handle handle : command.cards) {
        const std::uint8_t slot = hand_slot(state, seat, handle);
        const auto bit = static_cast<std::uint16_t>(1U << slot);
        if (slot == state.seats[seat].hand_size || (out.cards & bit) != 0) return BattleErrc::no_such_card;
        out.cards = static_cast<std::uint16_t>(out.cards | bit);
    }
    return {};
}

Result<void> decode_play(const State& state, SeatIndex seat, const SeatCommand& command, Command& out)
{
    const SeatState& side = state.seats[seat];
    out.card = hand_slot(state, seat, command.card);
    if (out.card == side.hand_size) return BattleErrc::no_such_card;
    if (command.position < -1 || command.position > static_cast<int>(row_capacity)) return BattleErrc::bad_position;
    if (command.position >= 0) out.position = static_cast<std::uint8_t>(command.position);
    return decode_target(state, seat, command.target, out);
}

} // namespace

Result<Command> decode(const State& state, const Content& content, SeatIndex seat, const SeatCommand& command)
{
    Command out;
    out.kind = command.kind;
    out.choice = command.choice;
    Result<void> fine;
    if (command.kind == CommandKind::mulligan) {
        fine = decode_mulligan(state, seat, command, out);
    } else if (command.kind == CommandKind::play) {
        fine = decode_play(state, seat, command, out);
        const SeatState& side = state.seats[seat];
        if (fine && command.position == -1 && content.card(side.hand[out.card].card).is_unit())
            out.position = side.row_size;
    } else if (command.kind == CommandKind::attack) {
        out.card = spot_of(state, seat, from_handle(state, reader_of(seat), command.card));
        if (out.card >= row_capacity) return BattleErrc::no_such_card;
        fine = decode_target(state, seat, command.target, out);
    } else if (command.kind == CommandKind::power) {
        fine = decode_target(state, seat, command.target, out);
    }
    if (!fine) return fine.error();
    return out;
}

SeatCommand encode(const State& state, SeatIndex seat, const Command& command)
{
    const Reader reader = reader_of(seat);
    const SeatState& side = state.seats[seat];
    SeatCommand out;
    out.kind = command.kind;
    out.choice = command.choice;
    out.target = to_handle(state, reader, entity_at(state, seat, command.target));
    if (command.kind == CommandKind::play) {
        out.card = to_handle(state, reader, side.hand[command.card].id);
        out.position = command.position;
    } else if (command.kind == CommandKind::attack) {
        out.card = to_handle(state, reader, side.row[command.card].id);
    } else if (command.kind == CommandKind::mulligan) {
        for (std::size_t slot = 0; slot < side.hand_size; ++slot)
            if (((command.cards >> slot) & 1U) != 0) out.cards.push_back(to_handle(state, reader, side.hand[slot].id));
    }
    return out;
}

namespace {

void add_each(std::vector<SeatCommand>& out, SeatCommand command, const std::vector<Handle>& targets)
{
    if (targets.empty()) out.push_back(command);
    for (const Handle target : targets) {
        command.target = target;
        out.push_back(command);
    }
}

void add_mulligans(std::vector<SeatCommand>& out, const SeatView& view)
{
    for (unsigned mask = 0; mask < (1U << view.hand.size()); ++mask) {
        SeatCommand command;
        command.kind = CommandKind::mulligan;
        for (std::size_t slot = 0; slot < view.hand.size(); ++slot)
            if (((mask >> slot) & 1U) != 0) command.cards.push_back(view.hand[slot].handle);
        out.push_back(std::move(command));
    }
}

} // namespace

std::vector<SeatCommand> legal_commands(const SeatView& view)
{
    std::vector<SeatCommand> out;
    if (view.phase == Phase::mulligan && !view.you.mulligan_done && view.hand.size() <= hand_capacity)
        add_mulligans(out, view);
    if (view.phase != Phase::playing || view.active_seat != view.seat) return out;
    SeatCommand command;
    for (const HandView& card : view.hand) {
        if (!card.playable) continue;
        command.kind = CommandKind::play;
        command.card = card.handle;
        add_each(out, command, card.targets);
    }
    for (const UnitView& unit : view.you.row) {
        if (!unit.can_attack || view.attack_targets.empty()) continue;
        command.kind = CommandKind::attack;
        command.card = unit.handle;
        add_each(out, command, view.attack_targets);
    }
    command = {};
    command.kind = CommandKind::power;
    if (view.power.choosing) {
        for (const Choice choice : {Choice::keep, Choice::bury}) {
            command.choice = choice;
            out.push_back(command);
        }
    } else if (view.power.usable) {
        add_each(out, command, view.power.targets);
    }
    out.push_back(SeatCommand{});
    return out;
}

} // namespace harvest::game::battle
