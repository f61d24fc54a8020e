// What a command is: one row of the table that parser, help, man pages, completion, docs and tests are made from.
#pragma once

#include "cli/failure.hpp"
#include "cli/output.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::cli {

enum class Danger { read, mild, moderate, severe }; // how much asking a change needs
enum class Returns { nothing, text, object, list };

struct Argument {
    std::string_view name; // "MATCH"
    std::string_view doc;
    bool required = true, repeated = false;
    std::vector<std::string_view> choices = {};
};

struct Flag {
    std::string_view name;  // "data-dir"
    std::string_view value; // "DIR"; empty: a switch
    std::string_view doc;
    char letter = 0;
    bool repeated = false;
    std::vector<std::string_view> choices = {};
};

struct Example {
    std::string_view line; // "harvestctl admin status -o json"
    std::string_view what;
};

struct Invocation;

// What a handler gives back: a document, or a failure, or both (a failure after part of the answer).
struct Answer {
    std::optional<Document> document;
    std::optional<Failure> failure;
    int exit = 0;

    Answer() = default;
    Answer(Document made, int code = 0) : document(std::move(made)), exit(code) {}
    Answer(Failure failed) : failure(std::move(failed)) {}
};

using Handler = Answer (*)(Invocation&);

struct Command {
    std::string_view path; // "admin match list"
    std::string_view summary;
    std::string_view description = {};
    std::vector<Argument> arguments = {};
    std::vector<Flag> flags = {}; // besides the common ones
    Danger danger = Danger::read;
    std::string_view scope = {}; // role that its token needs; empty: none
    Returns returns = Returns::text;
    std::vector<int> exits = {0}; // besides those of every command
    std::vector<Example> examples = {};
    Handler handler = nullptr;
    std::string_view reach =
        {}; // what its plan's `affects` counts that may be many: more than --max-affected, and it is refused
    bool planned = true;  // its --dry-run makes a plan that --plan takes
    bool offline = true;  // needs no daemon
    bool endless = false; // has no --timeout
};

// A command as typed. Flags are by long name; a switch holds one empty string.
struct Invocation {
    const Command* command{};
    std::vector<std::string> arguments;
    std::map<std::string, std::vector<std::string>, std::less<>> flags;
    std::set<std::string, std::less<>> presets; // flags that the environment has set
    bool terminal{};                            // stdin and stderr are one: a question may be asked

    bool has(std::string_view flag) const { return flags.find(flag) != flags.end(); }
    std::optional<std::string> value(std::string_view flag) const
    {
        const auto found = flags.find(flag);
        if (found == flags.end() || found->second.empty()) return std::nullopt;
        return found->second.back();
    }
    std::string value_or(std::string_view flag, std::string fallback) const
    {
        return value(flag).value_or(std::move(fallback));
    }
    std::vector<std::string> values(std::string_view flag) const
    {
        const auto found = flags.find(flag);
        return found == flags.end() ? std::vector<std::string>{} : found->second;
    }
    std::string argument(std::size_t index) const { return index < arguments.size() ? arguments[index] : ""; }
};

std::span<const Command> commands();
const Command* find_command(std::string_view path);

// The flags that this command takes besides its own, in the order of help.
std::vector<Flag> common_flags(const Command& command);
// Its own and the common ones.
std::vector<Flag> all_flags(const Command& command);

std::string usage_line(const Command& command);
std::string help_text(const Command& command);            // at most 40 lines
std::string help_of_family(std::string_view path_prefix); // "" for the whole program

struct ExitCode {
    int code;
    std::string_view name, meaning;
};
std::span<const ExitCode> exit_codes();

} // namespace harvest::cli
