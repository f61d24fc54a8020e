#include "cli/serve/own_words.hpp"

#include "cli/output.hpp"

#include <fmt/format.h>

#include <fstream>

namespace harvest::cli {
namespace {

constexpr std::string_view plain_in_a_shell =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

std::string quoted(const std::string& word)
{
    if (!word.empty() && word.find_first_not_of(plain_in_a_shell) == std::string::npos) return word;
    std::string out = "'";
    for (const char letter : word) out += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return out + "'";
}

} // namespace

std::vector<std::string> own_words()
{
    std::vector<std::string> words;
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
    if (words.empty()) words.emplace_back("harvestctl");
    return words;
}

std::string shell_line(std::span<const std::string> words)
{
    std::string line;
    for (const std::string& word : words) line += (line.empty() ? "" : " ") + quoted(word);
    return line;
}

std::string closing_words(const Ending& ending, std::span<const std::string> words)
{
    std::string data = "everything is kept in " + ending.data;
    if (ending.ephemeral) data = ending.kept ? "its data is kept in " + ending.data : "its temporary data is removed";
    return fmt::format("stopped after serving for {}   {}\n{}: {}\n", uptime_text(ending.served.count() / 1'000), data,
                       ending.ephemeral ? "a new game" : "start it again", shell_line(words));
}

} // namespace harvest::cli
