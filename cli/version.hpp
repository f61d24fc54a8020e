// The version of this binary.
#pragma once

#include <string_view>

namespace harvest::cli {

std::string_view version_text(); // "0.1.0"

} // namespace harvest::cli
