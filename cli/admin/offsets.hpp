// Offsets of a consumer group in a file: what `offsets show --export` writes and `offsets reset --import` reads.
#pragma once

#include "cli/output.hpp"

#include <istream>

namespace harvest::cli {

// One JSON object a line, with group, topic, partition and committed; what else it has is left out. Fails with 65 and
// the number of the line: another group, a partition twice, a value that cannot be.
std::variant<json::array, Failure> parse_offsets(std::istream& in, const std::string& group);

} // namespace harvest::cli
