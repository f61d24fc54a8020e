// What must be true of a system once the bots have left (loadtest run --verify): the ledger is sound, every match that
// a bot saw end is ended in the store and plays again to the same hashes, and nobody was in two matches at once.
#pragma once

#include "cli/command.hpp"
#include "cli/loadtest/report.hpp"
#include "common/game/battle/content.hpp"

#include <vector>

namespace harvest::cli {

// One row a claim; a system that does not answer fails them all.
std::vector<loadtest::ThresholdReport> verify_system(const Invocation& invocation, const game::battle::Content& content,
                                                     const std::vector<std::string>& matches);

} // namespace harvest::cli
