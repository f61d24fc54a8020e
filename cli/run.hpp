// One command from its words to its exit code: parse, handle, render, report. The only writer of stdout.
#pragma once

#include <span>
#include <string>

namespace harvest::cli {

int run(std::span<const std::string> words);

} // namespace harvest::cli
