// The ports that `serve all` and its children need, before anybody opens them.
#pragma once

#include "cli/settings.hpp"

#include <string>

namespace harvest::cli {

// Two doors that would stand on one port, or a port that there is not, in words; empty: neither.
std::string ports_fault(const Settings& settings);

} // namespace harvest::cli
