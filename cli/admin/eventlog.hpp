// What the commands on the event log have in common.
#pragma once

#include "cli/command.hpp"

#include <optional>
#include <string>
#include <variant>

namespace harvest::cli {

// "-10m", "@-1h", "@1732320000000", RFC 3339: as RFC 3339.
std::optional<std::string> time_of(std::string text);
// What --since is given, as RFC 3339; a duration alone is so long ago. A refusal says what it takes.
std::variant<std::string, Failure> since_of(const std::string& text);

// One segment of a path of the admin API.
std::string path_segment(std::string_view text);

// What a document's items are called by (-o name).
Answer named(Answer answer, std::string key);

// For a topic that is not there: the topics there are, and the one that was probably meant.
Failure about_topic(Failure failed, const Invocation& invocation, const std::string& topic);

} // namespace harvest::cli
