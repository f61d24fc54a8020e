// What must be true of a system once the bots have left (loadtest run --verify): the ledger is sound, every match that
// a bot sat down to is settled, each that it saw end plays again to the same hashes, nobody was in two matches at once,
// and no session of a bot is open.
#pragma once

#include "cli/command.hpp"
#include "cli/loadtest/report.hpp"
#include "common/game/battle/content.hpp"

#include <vector>

namespace harvest::cli {

// One row a claim; a system that does not answer fails them all.
std::vector<loadtest::ThresholdReport> verify_system(const Invocation& invocation,
                                                     const std::shared_ptr<const game::battle::Content>& rules,
                                                     const loadtest::Report& report);

} // namespace harvest::cli
