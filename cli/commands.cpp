#include "cli/admin/protection.hpp"
#include "cli/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace harvest::cli {
namespace {

constexpr std::array codes{
    ExitCode{0, "ok", "done, or the answer is yes"},
    ExitCode{1, "no", "it ran well and the answer is no: unhealthy, different, a threshold broken, a replay diverged"},
    ExitCode{2, "partial", "some targets failed"},
    ExitCode{3, "inconclusive", "neither yes nor no could be found out"},
    ExitCode{4, "declined", "declined by you or by a guard: stale plan, protected context, too many targets"},
    ExitCode{64, "usage", "the command line is wrong"},
    ExitCode{65, "data", "the input data are wrong"},
    ExitCode{66, "no_input", "no such file or entity, or it cannot be read"},
    ExitCode{69, "unavailable", "a dependency is unreachable, or a port is in use"},
    ExitCode{70, "bug", "an error of the program"},
    ExitCode{73, "cannot_create", "a file or entity cannot be made"},
    ExitCode{74, "io", "input or output failed"},
    ExitCode{75, "try_again", "try again"},
    ExitCode{76, "protocol", "the other side broke the protocol"},
    ExitCode{77, "not_permitted", "not permitted"},
    ExitCode{78, "config", "the configuration is wrong"},
    ExitCode{124, "timeout", "--timeout ran out"},
    ExitCode{130, "interrupted", "Ctrl-C"},
    ExitCode{143, "terminated", "SIGTERM (serve drains and exits 0)"},
};

bool is_db(const Command& command) // which knows no system, only its store
{
    return command.path.starts_with("admin db");
}

bool finds_system(const Command& command)
{
    return (command.path.starts_with("admin") && !is_db(command)) || command.path.starts_with("loadtest run");
}

// contexts.yaml may be malformed.
void add_context_exit(Command& command)
{
    constexpr int config = 78;
    std::vector<int>& exits = command.exits;
    if (!finds_system(command) || std::ranges::find(exits, config) != exits.end()) return;
    exits.insert(std::ranges::upper_bound(exits, config), config);
}

std::vector<Command> make_table()
{
    std::vector<Command> all = top_commands();
    for (Command& row : look_commands()) all.push_back(std::move(row));
    for (Command& row : eventlog_commands()) all.push_back(std::move(row));
    for (Command& row : operate_commands()) all.push_back(std::move(row));
    for (Command& row : report_commands()) all.push_back(std::move(row));
    for (Command& row : tournament_commands()) all.push_back(std::move(row));
    for (Command& row : key_commands()) all.push_back(std::move(row));
    for (Command& row : store_commands()) all.push_back(std::move(row));
    for (Command& row : all) add_context_exit(row);
    return all;
}

void add_output_flags(std::vector<Flag>& flags, const Command& command)
{
    static const std::vector<std::string_view> formats{"table", "wide", "json", "jsonl", "yaml", "csv", "name"};
    if (command.returns != Returns::object && command.returns != Returns::list) return;
    flags.push_back({"output", "FORMAT", "form of the answer", 'o', false, formats});
    if (command.returns != Returns::list) return;
    flags.push_back({"columns", "A,B", "only these columns, in this order"});
    flags.push_back({"sort", "COLUMN", "sort by a column, downwards with a leading -"});
    flags.push_back({"filter", "K=V", "only items whose K is V (!= for is not)", 0, true});
    flags.push_back({"no-headers", "", "no line of headers"});
    flags.push_back({"limit", "N", "at most N items"});
    flags.push_back({"cursor", "CURSOR", "go on after a cut list"});
}

void add_change_flags(std::vector<Flag>& flags, const Command& command)
{
    if (command.danger == Danger::read) return;
    flags.push_back({"dry-run", "", "print the plan and change nothing"});
    flags.push_back({"reason", "TEXT", "why; it is kept in the audit log"});
    flags.push_back({"ticket", "ID", "a case number for the audit log"});
    if (!command.reach.empty()) flags.push_back({"max-affected", "N", "refuse to hit more than that (50)"});
    // In a protected context each counts one level higher.
    const Danger most = command.offline ? command.danger : raised(command.danger);
    if (most == Danger::mild) return;
    flags.push_back({"yes", "", "do not ask"});
    if (command.planned) flags.push_back({"plan", "ID", "apply this plan only, if nothing has changed since"});
    if (most == Danger::severe) flags.push_back({"confirm", "NAME", "the name that would be typed"});
}

std::string flag_text(const Flag& flag)
{
    std::string out =
        flag.letter ? fmt::format("-{}, --{}", flag.letter, flag.name) : fmt::format("    --{}", flag.name);
    if (!flag.value.empty()) out += fmt::format(" {}", flag.value);
    return out;
}

std::string flag_line(const Flag& flag)
{
    std::string doc(flag.doc);
    if (!flag.choices.empty()) doc += fmt::format(" ({})", fmt::join(flag.choices, " "));
    return fmt::format("  {:<28} {}\n", flag_text(flag), doc);
}

std::string wrapped(std::string_view text, std::size_t width)
{
    std::string out, line;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string_view word = text.substr(at, end - at);
        if (!line.empty() && line.size() + 1 + word.size() > width) {
            out += line + '\n';
            line.clear();
        }
        line += (line.empty() ? "" : " ") + std::string(word);
        at = end + 1;
    }
    return out + line + '\n';
}

} // namespace

std::span<const Command> commands()
{
    static const std::vector<Command> table = make_table();
    return table;
}

const Command* find_command(std::string_view path)
{
    const auto found = std::ranges::find(commands(), path, &Command::path);
    return found == commands().end() ? nullptr : &*found;
}

std::vector<Flag> common_flags(const Command& command)
{
    std::vector<Flag> flags;
    add_output_flags(flags, command);
    add_change_flags(flags, command);
    const bool reads_config = command.path.starts_with("serve") || command.path.starts_with("config") || is_db(command);
    if (reads_config || command.path == "admin replay" || command.path == "docs")
        flags.push_back({"config", "PATH", "a YAML file or a directory of them"});
    if (reads_config) flags.push_back({"set", "KEY=VALUE", "set one configuration key", 0, true});
    if (is_db(command)) flags.push_back({"data-dir", "DIR", "where the embedded store is"});
    if (finds_system(command)) {
        flags.push_back({"context", "NAME", "which system; see `admin context list`"});
        flags.push_back({"data-dir", "DIR", "the data directory of a system on this machine"});
    }
    if (!command.endless) flags.push_back({"timeout", "DURATION", "of the whole command (30s)"});
    flags.push_back({"no-color", "", "no colour"});
    flags.push_back({"no-input", "", "never ask"});
    flags.push_back({"quiet", "", "no warnings on stderr", 'q'});
    flags.push_back({"help", "", "this text", 'h'});
    return flags;
}

std::vector<Flag> all_flags(const Command& command)
{
    std::vector<Flag> flags = command.flags;
    for (Flag& flag : common_flags(command))
        if (std::ranges::find(flags, flag.name, &Flag::name) == flags.end()) flags.push_back(flag);
    return flags;
}

std::string usage_line(const Command& command)
{
    std::string out = fmt::format("harvestctl {}", command.path);
    for (const Argument& argument : command.arguments) {
        std::string name(argument.name);
        if (argument.repeated) name += "...";
        out += argument.required ? " " + name : fmt::format(" [{}]", name);
    }
    return out + " [flags]";
}

std::string help_text(const Command& command)
{
    std::string out = fmt::format("{}\n", command.summary);
    if (!command.description.empty()) out += wrapped(command.description, 100);
    out += fmt::format("\nusage: {}\n", usage_line(command));
    for (const Argument& argument : command.arguments) {
        std::string doc(argument.doc);
        if (!argument.choices.empty()) doc += fmt::format(" ({})", fmt::join(argument.choices, " "));
        out += fmt::format("  {:<28} {}\n", argument.name, doc);
    }
    out += "\nexamples:\n";
    for (const Example& example : command.examples) out += fmt::format("  {}\n      {}\n", example.line, example.what);
    out += "\nflags:\n";
    std::string switches;
    for (const Flag& flag : all_flags(command)) {
        const bool everywhere =
            flag.name == "no-color" || flag.name == "no-input" || flag.name == "quiet" || flag.name == "help";
        if (everywhere)
            switches += (switches.empty() ? "" : ", ") + fmt::format("--{}", flag.name);
        else
            out += flag_line(flag);
    }
    out += fmt::format("  and {}\n", switches);
    std::string exits;
    for (const int code : command.exits) {
        const auto row = std::ranges::find(codes, code, &ExitCode::code);
        exits += fmt::format("{}{} {}", exits.empty() ? "" : ", ", code, row->name);
    }
    if (!command.exits.empty()) out += fmt::format("\nexit: {}, 64 usage; all: harvestctl docs exit-codes\n", exits);
    return out;
}

std::string help_of_family(std::string_view prefix)
{
    std::vector<std::pair<std::string, std::string>> rows; // next word or words, summary
    const std::string start = prefix.empty() ? "" : std::string(prefix) + ' ';
    for (const Command& command : commands()) {
        if (!command.path.starts_with(start) || command.path.starts_with("__")) continue;
        const std::string rest(command.path.substr(start.size()));
        const std::size_t space = rest.find(' ');
        const std::string word = rest.substr(0, space);
        const bool leaf = space == std::string::npos;
        if (!rows.empty() && rows.back().first == word && !leaf)
            rows.back().second += " | " + rest.substr(space + 1);
        else
            rows.emplace_back(word, leaf ? std::string(command.summary) : rest.substr(space + 1));
    }
    std::ranges::stable_sort(rows, {}, [](const auto& row) { return row.first; });
    std::string out = prefix.empty() ? "harvestctl runs, administers and load-tests the backend of Harvest Battles\n"
                                     : fmt::format("commands of {}\n", prefix);
    out += fmt::format("\nusage: harvestctl {}COMMAND [flags]\n\n", start);
    for (const auto& [word, summary] : rows) out += fmt::format("  {:<12} {}\n", word, summary);
    if (prefix.empty()) out += "\nexamples:\n  harvestctl serve all --ephemeral --bots 20\n  harvestctl admin status\n";
    return out + fmt::format("\nmore: harvestctl {}COMMAND --help\n", start);
}

std::span<const ExitCode> exit_codes()
{
    return codes;
}

} // namespace harvest::cli
