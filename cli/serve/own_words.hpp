// What serve tells about itself in commands that work as printed: how it was called, and how it ended.
#pragma once

#include "common/base/time.hpp"

#include <span>
#include <string>
#include <vector>

namespace harvest::cli {

// Of this process, as it was started; the first one calls the program again. Never empty.
std::vector<std::string> own_words();

// A line for a shell that gives these words.
std::string shell_line(std::span<const std::string> words);

struct Ending {
    Millis served{};
    std::string data; // directory
    bool ephemeral{}, kept{};
};
// Two lines: how long it served and where the data is; how to start again.
std::string closing_words(const Ending& ending, std::span<const std::string> words);

} // namespace harvest::cli
