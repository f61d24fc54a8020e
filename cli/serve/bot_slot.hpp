// The bots of `serve all --bots N` as a slot of their own: they come in through the doors like anybody. Their secrets
// follow from `seed`, which nobody outside may know.
#pragma once

#include "cli/bots/population.hpp"
#include "cli/compose.hpp"
#include "daemons/game_contents.hpp"

namespace harvest::cli {

std::unique_ptr<Supervised> make_bot_slot(Clients clients, bots::Doors doors, const GameContents& contents,
                                          std::size_t count, std::uint64_t seed, const Executor& executor);

} // namespace harvest::cli
