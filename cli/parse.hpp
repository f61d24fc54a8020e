// Words to an invocation; every fault of usage is worded from the table, with a suggestion.
#pragma once

#include "cli/command.hpp"

#include <span>
#include <string>
#include <variant>

namespace harvest::cli {

struct HelpWanted {
    std::string text;
};

std::variant<Invocation, HelpWanted, Failure> parse(std::span<const std::string> words);

// Whether the words ask for errors as JSON, readable even where they cannot be parsed.
bool wants_json(std::span<const std::string> words);

// Whether a value follows this flag, in some command: what comes behind it is then no word of a path.
bool takes_value(std::string_view word);

} // namespace harvest::cli
