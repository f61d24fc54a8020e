// Reads a data directory beside a stopped (or running) system, without its daemons.
#pragma once

#include "cli/admin/recorded_match.hpp"
#include "cli/failure.hpp"

#include <memory>
#include <string>
#include <variant>

namespace harvest::cli {

// An ended match. `which` is a whole id or its short form; its rules are `here`, or in the archive of the store.
std::variant<RecordedMatch, Failure> read_record_offline(const std::string& data_dir, const std::string& which,
                                                         std::shared_ptr<const game::battle::Content> here);

} // namespace harvest::cli
