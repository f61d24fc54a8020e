// H12: whatever the words are, parsing ends with an invocation, help, or a fault of usage in its three lines.
#include "cli/parse.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace harvest::cli;

namespace {

// Words that mean something, words that nearly do, and words that mean nothing.
std::vector<std::string> vocabulary()
{
    std::vector<std::string> words{"-",         "--",
                                   "---",       "",
                                   "=",         "-o",
                                   "--output=", "json",
                                   "-h",        "-q",
                                   "-v",        "-oj",
                                   "--=x",      "--no",
                                   "--help=",   "@kestrel",
                                   "p_3R6W1X",  "999999999999999999999",
                                   "\n",        "\t",
                                   "\x1b[31m",  "\xff\xfe",
                                   "'",         "\"",
                                   "%s%n",      "--set",
                                   "a.b=c",     std::string(5'000, 'x')};
    for (const Command& command : commands()) {
        std::string path(command.path);
        for (std::size_t at = 0; at != std::string::npos;) {
            const std::size_t space = path.find(' ', at);
            words.push_back(path.substr(at, space == std::string::npos ? space : space - at));
            at = space == std::string::npos ? space : space + 1;
        }
        words.push_back(std::move(path));
        for (const Flag& flag : command.flags) words.push_back("--" + std::string(flag.name));
    }
    return words;
}

std::string mutated(std::string word, std::mt19937_64& chance)
{
    if (word.empty() || chance() % 4 != 0) return word;
    word[chance() % word.size()] = static_cast<char>(chance());
    if (chance() % 2 == 0) word.resize(chance() % (word.size() + 1));
    return word;
}

} // namespace

TEST_CASE("any words parse to an invocation, help or a fault of usage", "[cli]")
{
    const std::vector<std::string> words = vocabulary();
    std::mt19937_64 chance(12);
    int invocations = 0, helps = 0, failures = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::string> line;
        const Command& command = commands()[chance() % commands().size()];
        if (chance() % 2 == 0) {
            const std::string path(command.path);
            for (std::size_t at = 0; at <= path.size();) {
                const std::size_t space = std::min(path.find(' ', at), path.size());
                line.push_back(path.substr(at, space - at));
                at = space + 1;
            }
        }
        for (std::size_t more = chance() % 4; more > 0; --more)
            line.push_back(mutated(words[chance() % words.size()], chance));
        CAPTURE(line);
        const auto parsed = parse(line);
        (void)wants_json(line);
        if (const auto* failure = std::get_if<Failure>(&parsed)) {
            ++failures;
            CHECK(failure->exit == 64);
            CHECK_FALSE(failure->message.empty());
            const std::string text = to_text(*failure);
            CHECK(std::count(text.begin(), text.end(), '\n') <= 3);
            CHECK(text.find('\x1b') == std::string::npos);
        } else if (const auto* help = std::get_if<HelpWanted>(&parsed)) {
            ++helps;
            CHECK(std::count(help->text.begin(), help->text.end(), '\n') <= 40);
        } else {
            ++invocations;
            CHECK(std::get<Invocation>(parsed).command != nullptr);
        }
    }
    CHECK(invocations > 100);
    CHECK(helps > 100);
    CHECK(failures > 100);
}
