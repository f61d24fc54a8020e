// Reads a data directory beside a stopped (or running) system, without its daemons.
#pragma once

#include "cli/failure.hpp"
#include "common/game/battle/content.hpp"
#include "common/game/battle/record.hpp"

#include <memory>
#include <string>
#include <variant>

namespace harvest::cli {

struct RecordedMatch {
    game::battle::BattleRecord record;
    std::shared_ptr<const game::battle::Content> rules; // that it was played with; null: they are not known here
};

// An ended match. `which` is a whole id or its short form; its rules are `here`, or in the archive of the store.
std::variant<RecordedMatch, Failure> read_record_offline(const std::string& data_dir, const std::string& which,
                                                         std::shared_ptr<const game::battle::Content> here);

} // namespace harvest::cli
