// The ports that `serve all` and its children need, before anybody opens them.
#pragma once

#include "cli/settings.hpp"

#include <span>
#include <string>

namespace harvest::cli {

// Two doors of `daemons` that would stand on one port of one address, or a port that there is not, in words; empty:
// neither.
std::string ports_fault(const Settings& settings, std::span<const std::string> daemons);

} // namespace harvest::cli
