// admin replay --player ID [--until TIME].
#pragma once

#include "cli/command.hpp"

namespace harvest::cli {

// Exit 0: equal; 1: differs; 3: the events do not tell enough, or do not reach back far enough.
Answer replay_player(const Invocation& invocation);

} // namespace harvest::cli
