// What this machine calls itself.
#pragma once

#include <string>

namespace harvest::cli {

std::string host_name();

} // namespace harvest::cli
