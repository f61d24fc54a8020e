// The one file that includes CLI11: it splits words into flags and arguments, nothing more (it takes 5 s to compile).
#include "cli/parse.hpp"

#include "common/base/suggest.hpp"
#include "common/config/values.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

namespace harvest::cli {
namespace {

bool is_family(const std::string& path)
{
    return std::ranges::any_of(commands(), [&](const Command& c) { return c.path.starts_with(path + ' '); });
}

} // namespace

bool takes_value(std::string_view word)
{
    static const std::set<std::string> valued = [] {
        std::set<std::string> names;
        for (const Command& command : commands())
            for (const Flag& flag : all_flags(command)) {
                if (flag.value.empty()) continue;
                names.insert("--" + std::string(flag.name));
                if (flag.letter) names.insert(std::string("-") + flag.letter);
            }
        return names;
    }();
    return valued.contains(std::string(word));
}

namespace {

struct Found {
    const Command* command{};
    std::string family; // the words that are a beginning of some command
    std::vector<std::string> rest;
    std::optional<std::string> stray; // the word that no command goes on with
};

Found find_path(std::span<const std::string> words)
{
    Found found;
    bool open = true; // the path may go on
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--" || !open || (word.starts_with('-') && word != "-")) {
            found.rest.push_back(word);
            if (open && takes_value(word) && i + 1 < words.size()) found.rest.push_back(words[++i]);
            if (word == "--") open = false;
            continue;
        }
        const std::string name = word == "ls" ? "list" : word;
        const std::string longer = found.family.empty() ? name : found.family + ' ' + name;
        if (const Command* command = find_command(longer); command && !is_family(longer)) {
            found.command = command;
            open = false;
        } else if (!is_family(longer)) {
            found.stray = word;
            return found;
        }
        found.family = longer;
    }
    return found;
}

std::vector<std::string> next_words(const std::string& family)
{
    std::set<std::string> words;
    const std::string start = family.empty() ? "" : family + ' ';
    for (const Command& command : commands()) {
        if (!command.path.starts_with(start) || command.path.starts_with("__")) continue;
        const std::string rest(command.path.substr(start.size()));
        words.insert(rest.substr(0, rest.find(' ')));
    }
    return {words.begin(), words.end()};
}

Failure unknown_command(const Found& found)
{
    const std::vector<std::string> known = next_words(found.family);
    const std::optional<std::string> near = suggest(*found.stray, known);
    const std::string start = found.family.empty() ? "" : found.family + ' ';
    std::string what = fmt::format("no command '{}{}'", start, *found.stray);
    std::string which = fmt::format("the commands{} are {}", start.empty() ? "" : fmt::format(" of '{}'", found.family),
                                    fmt::join(known, ", "));
    if (found.family == "serve") {
        what = fmt::format("no daemon '{}'", *found.stray);
        which = "the daemons are gateway, connsrv, auth, match, instance, chat, metrics, and all";
    }
    return usage_failure(what, which,
                         near ? fmt::format("did you mean: harvestctl {}{}", start, *near)
                              : fmt::format("type: harvestctl {}--help", start));
}

const Flag* find_flag(const std::vector<Flag>& flags, std::string_view word)
{
    for (const Flag& flag : flags) {
        if (word.starts_with("--") && word.substr(2) == flag.name) return &flag;
        if (flag.letter && word.size() == 2 && word[0] == '-' && word[1] == flag.letter) return &flag;
    }
    return nullptr;
}

std::optional<Failure> unknown_flag(const Command& command, const std::vector<Flag>& flags,
                                    const std::vector<std::string>& words)
{
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--") return std::nullopt;
        if (word.size() < 2 || word[0] != '-') continue;
        const std::string name = word.substr(0, word.find('='));
        const Flag* flag = find_flag(flags, name);
        const bool glued = !flag && word[1] != '-' && word.size() > 2 && find_flag(flags, word.substr(0, 2));
        if (glued) continue; // -ojson
        if (flag && !flag->value.empty() && name.size() == word.size()) ++i;
        if (flag) continue;
        std::vector<std::string> known;
        for (const Flag& each : flags) known.push_back("--" + std::string(each.name));
        const auto near = suggest(name, known);
        return usage_failure(
            fmt::format("'{}' has no flag {}", command.path, name), fmt::format("usage: {}", usage_line(command)),
            near ? fmt::format("did you mean: {}", *near) : fmt::format("type: harvestctl {} --help", command.path));
    }
    return std::nullopt;
}

std::optional<Failure> bad_choice(const Command& command, std::string_view what, const std::string& value,
                                  const std::vector<std::string_view>& choices)
{
    if (choices.empty() || std::ranges::find(choices, value) != choices.end()) return std::nullopt;
    const std::vector<std::string> known(choices.begin(), choices.end());
    const auto near = suggest(value, known);
    return usage_failure(
        fmt::format("'{}' is no {}", value, what), fmt::format("it is one of {}", fmt::join(known, ", ")),
        near ? fmt::format("did you mean: {}", *near) : fmt::format("type: harvestctl {} --help", command.path));
}

bool is_whole(std::string_view text)
{
    std::int64_t number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

bool is_number(std::string_view text)
{
    return is_whole(text) && !text.starts_with('-');
}

std::optional<Failure> bad_value(const Command& command, const Flag& flag, const std::string& value)
{
    if (auto failed = bad_choice(command, fmt::format("value of --{}", flag.name), value, flag.choices)) return failed;
    if (flag.name == "plan" && value.empty()) // a script's unset variable is no consent
        return usage_failure("--plan takes the id of a plan, not ''", "", "print one: --dry-run");
    if (flag.value == "N" && !is_number(value))
        return usage_failure(fmt::format("--{} takes a number, not '{}'", flag.name, value),
                             "a whole number from 0 on, without a unit", fmt::format("type: --{} 10", flag.name));
    if (flag.value == "SHIFT" && !is_whole(value))
        return usage_failure(fmt::format("--{} takes a difference, not '{}'", flag.name, value),
                             "a whole number: -10 is ten back, 10 is ten on", fmt::format("type: --{} -10", flag.name));
    if (flag.value == "DURATION" && value != "permanent" && !config::parse_duration(value))
        return usage_failure(fmt::format("--{} takes a duration, not '{}'", flag.name, value),
                             "a number with its unit: 500ms, 30s, 15m, 24h, 7d",
                             fmt::format("type: --{} 30s", flag.name));
    return std::nullopt;
}

std::optional<Failure> bad_arguments(const Command& command, const std::vector<std::string>& arguments)
{
    const auto& wanted = command.arguments;
    const bool open_ended = !wanted.empty() && wanted.back().repeated;
    const auto required = static_cast<std::size_t>(std::ranges::count(wanted, true, &Argument::required));
    if (arguments.size() < required)
        return usage_failure(fmt::format("'{}' needs {}", command.path, wanted[arguments.size()].name),
                             fmt::format("{}: {}", wanted[arguments.size()].name, wanted[arguments.size()].doc),
                             fmt::format("type: {}", usage_line(command)));
    if (arguments.size() > wanted.size() && !open_ended)
        return usage_failure(fmt::format("'{}' does not take '{}'", command.path, arguments[wanted.size()]),
                             fmt::format("usage: {}", usage_line(command)),
                             fmt::format("type: harvestctl {} --help", command.path));
    for (std::size_t i = 0; i < std::min(arguments.size(), wanted.size()); ++i)
        if (auto failed = bad_choice(command, std::string(wanted[i].name), arguments[i], wanted[i].choices))
            return failed;
    return std::nullopt;
}

// HARVESTCTL_OUTPUT=json; never what consents to a change.
void apply_presets(Invocation& invocation, const std::vector<Flag>& flags)
{
    for (const Flag& flag : flags) {
        if (flag.name == "yes" || flag.name == "confirm" || flag.name == "plan" || flag.name == "help") continue;
        std::string variable = "HARVESTCTL_";
        for (const char c : flag.name) variable += c == '-' ? '_' : static_cast<char>(std::toupper(c));
        const char* value = std::getenv(variable.c_str());
        if (!value || !*value || invocation.has(flag.name)) continue;
        invocation.flags[std::string(flag.name)] = {flag.value.empty() ? "" : value};
        invocation.presets.emplace(flag.name);
    }
}

std::optional<Failure> split(const Found& found, const std::vector<Flag>& flags, Invocation& invocation)
{
    CLI::App app;
    app.set_help_flag();
    std::map<std::string, std::vector<std::string>> values;
    std::map<std::string, bool> switches;
    for (const Flag& flag : flags) {
        const std::string long_name(flag.name);
        const std::string names = (flag.letter ? std::string("-") + flag.letter + "," : "") + "--" + long_name;
        if (flag.value.empty())
            app.add_flag(names, switches[long_name]);
        else
            app.add_option(names, values[long_name])->expected(1)->take_all();
    }
    app.add_option("words", invocation.arguments);
    try {
        std::vector<std::string> reversed(found.rest.rbegin(), found.rest.rend());
        app.parse(std::move(reversed));
    }
    catch (const CLI::ParseError& e) {
        return usage_failure(fmt::format("'{}': {}", found.command->path, e.what()),
                             fmt::format("usage: {}", usage_line(*found.command)),
                             fmt::format("type: harvestctl {} --help", found.command->path));
    }
    for (auto& [name, list] : values)
        if (!list.empty()) invocation.flags[name] = list;
    for (const auto& [name, set] : switches)
        if (set) invocation.flags[name] = {""};
    return std::nullopt;
}

} // namespace

bool wants_json(std::span<const std::string> words)
{
    std::string format;
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
        if ((words[i] == "-o" || words[i] == "--output") && i + 1 < words.size())
            format = words[i + 1];
        else if (words[i].starts_with("--output="))
            format = words[i].substr(9);
        else if (words[i].starts_with("-o") && words[i].size() > 2)
            format = words[i].substr(2);
    }
    if (const char* preset = std::getenv("HARVESTCTL_OUTPUT"); preset && format.empty()) format = preset;
    return format == "json" || format == "jsonl" || format == "yaml";
}

std::variant<Invocation, HelpWanted, Failure> parse(std::span<const std::string> words)
{
    const auto asks_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
    if (!words.empty() && words[0] == "__complete") { // what follows is to be completed, not obeyed
        Invocation invocation;
        invocation.command = find_command("__complete");
        invocation.arguments.assign(words.begin() + 1, words.end());
        return invocation;
    }
    if (words.size() == 1 && (words[0] == "--version" || words[0] == "-V")) {
        Invocation invocation;
        invocation.command = find_command("version");
        return invocation;
    }
    std::vector<std::string> rest(words.begin(), words.end());
    if (!rest.empty() && rest[0] == "help") { // `help admin status` as people type it
        rest.erase(rest.begin());
        rest.push_back("--help");
    }
    Found found = find_path(rest);
    if (found.stray) return unknown_command(found);
    if (!found.command) {
        const bool help = rest.empty() || std::ranges::any_of(found.rest, asks_help);
        if (help) return HelpWanted{help_of_family(found.family)};
        return usage_failure(fmt::format("'harvestctl {}' is not a whole command", found.family),
                             fmt::format("it goes on with {}", fmt::join(next_words(found.family), ", ")),
                             fmt::format("type: harvestctl {} --help", found.family));
    }
    const Command& command = *found.command;
    if (std::ranges::any_of(found.rest, asks_help)) return HelpWanted{help_text(command)};
    const std::vector<Flag> flags = all_flags(command);
    if (auto failed = unknown_flag(command, flags, found.rest)) return *failed;
    Invocation invocation;
    invocation.command = &command;
    if (auto failed = split(found, flags, invocation)) return *failed;
    apply_presets(invocation, flags);
    for (const Flag& flag : flags)
        for (const std::string& value : invocation.values(flag.name))
            if (auto failed = flag.value.empty() ? std::nullopt : bad_value(command, flag, value)) return *failed;
    if (auto failed = bad_arguments(command, invocation.arguments)) return *failed;
    return invocation;
}

} // namespace harvest::cli
