#include "common/game/battle/bots/bot.hpp"

#include "common/game/battle/bots/search.hpp"

#include <algorithm>

namespace harvest::game::battle::bots {

bool to_act(const SeatView& view)
{
    if (view.phase == Phase::mulligan) return !view.you.mulligan_done;
    return view.phase == Phase::playing && view.active_seat == view.seat;
}

SeatCommand choose(Level level, const SeatView& view, const Content& content, std::uint64_t seed)
{
    Whim whim(seed ^ 0x5EED'0000'0000'0000U ^ static_cast<std::uint64_t>(level));
    if (level == Level::random) {
        const std::vector<SeatCommand> legal = legal_commands(view);
        if (legal.empty()) return SeatCommand{};
        std::size_t pick = whim.below(legal.size());
        if (pick + 1 == legal.size()) pick = whim.below(legal.size()); // ending the turn, half as often
        SeatCommand command = legal[pick];
        if (command.kind == CommandKind::play) // tools take no position, which only the rules know here
            command.position = -1;
        return command;
    }
    const SeatIndex seat = view.seat == 2 ? 1 : 0;
    const State state = imagine(view, content, whim.next());
    if (view.phase == Phase::mulligan) return by_handles(view, choose_mulligan(state, content, seat));
    const Command command =
        level == Level::greedy ? choose_greedy(state, content, seat) : choose_planner(state, content, seat).command;
    return by_handles(view, command);
}

} // namespace harvest::game::battle::bots
