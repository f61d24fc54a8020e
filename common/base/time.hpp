// Wall-clock time as milliseconds since the Unix epoch, and its text form (RFC 3339, always UTC with milliseconds).
#pragma once

#include "common/base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace harvest {

using Millis = std::chrono::milliseconds; // a point (since the epoch) or a length, as the name of the value says
using namespace std::chrono_literals;

// "2026-11-23T01:31:58.120Z"; the years 1 to 9999.
std::string to_rfc3339(Millis since_epoch);

// Reads RFC 3339 with "Z" or a numeric offset, of the same years. Errors: invalid_argument.
Result<Millis> parse_rfc3339(std::string_view text);

} // namespace harvest
