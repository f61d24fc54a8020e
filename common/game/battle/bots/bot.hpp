// Bots that play from their seat's view alone, like a person; the same view, content and seed give the same play.
#pragma once

#include "common/game/battle/view.hpp"

namespace harvest::game::battle::bots {

BOOST_DEFINE_ENUM_CLASS(Level, random, greedy, planner)

// `seed` is the bot's own chance (not the match's); vary it by match and step. Never returns an illegal command for a
// true view; end_turn where the seat has nothing to do. Precondition: the phase is not over.
SeatCommand choose(Level level, const SeatView& view, const Content& content, std::uint64_t seed);

// Whether the view's seat is to act: its turn, or its mulligan is still open.
bool to_act(const SeatView& view);

// A whole state that agrees with the view; what the seat cannot know is invented from `seed`.
State imagine(const SeatView& view, const Content& content, std::uint64_t seed);

} // namespace harvest::game::battle::bots
