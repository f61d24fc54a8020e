// H12: whatever the words (one a line), parsing ends with an invocation, help, or a fault of usage in three lines.
#include "cli/parse.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::size_t most_words = 40;

void check(bool claim)
{
    if (!claim) std::abort();
}

std::ptrdiff_t lines(const std::string& text)
{
    return std::count(text.begin(), text.end(), '\n');
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace harvest::cli;
    std::vector<std::string> words(1);
    for (std::size_t i = 0; i < size && words.size() < most_words; ++i) {
        if (data[i] == '\n')
            words.emplace_back();
        else if (data[i] != 0)
            words.back().push_back(static_cast<char>(data[i]));
    }
    (void)wants_json(words);
    const auto parsed = parse(words);
    if (const auto* failure = std::get_if<Failure>(&parsed)) {
        const std::string text = to_text(*failure);
        check(failure->exit == 64 && !failure->message.empty() && lines(text) <= 3);
        check(text.find('\x1b') == std::string::npos); // nothing that a terminal obeys
    } else if (const auto* help = std::get_if<HelpWanted>(&parsed)) {
        check(lines(help->text) <= 40);
    } else {
        check(std::get<Invocation>(parsed).command != nullptr);
    }
    return 0;
}
