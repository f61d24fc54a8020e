// What the searching bots share: the worth of a board, and the way from slots to the handles of a view.
#pragma once

#include "common/game/battle/bots/bot.hpp"

namespace harvest::game::battle::bots {

// The worth of a state for a seat in hundredths of a point of health; a won match is worth more than any board.
int worth(const State& state, const Content& content, SeatIndex seat);

// `command` was found in imagine(view), whose slots are the view's.
SeatCommand by_handles(const SeatView& view, const Command& command);

// Small, seeded chance of a bot's own (SplitMix64).
class Whim {
public:
    explicit Whim(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(next() % bound); }

private:
    std::uint64_t state_;
};

Command choose_greedy(const State& state, const Content& content, SeatIndex seat);

constexpr int position_budget = 2000; // of the planner: harvest-game(7) §5

struct Plan {
    Command command;
    int positions{}; // that were looked at, at most position_budget
};
Plan choose_planner(const State& state, const Content& content, SeatIndex seat);
// Puts back what costs more than four.
Command choose_mulligan(const State& state, const Content& content, SeatIndex seat);

} // namespace harvest::game::battle::bots
