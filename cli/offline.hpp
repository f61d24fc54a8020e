// Reads a data directory beside a stopped (or running) system, without its daemons.
#pragma once

#include "cli/failure.hpp"
#include "common/game/battle/record.hpp"

#include <string>
#include <variant>

namespace harvest::cli {

// The record of an ended match. `which` is a whole id or its short form.
std::variant<game::battle::BattleRecord, Failure>
read_record_offline(const std::string& data_dir, const std::string& which, const game::battle::Content& content);

} // namespace harvest::cli
