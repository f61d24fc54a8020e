#include "cli/manual.hpp"

#include "cli/command.hpp"
#include "cli/loadtest/scenario.hpp"
#include "cli/settings.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace harvest::cli {
namespace {

constexpr std::string_view page_date = "November 23, 2026"; // of the last change to what pages look like
constexpr std::size_t text_width = 76;

// Characters that mdoc would take for itself.
std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '"')
            out += "\\(dq";
        else
            out += c;
    }
    if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
    return out;
}

// Running text: a new line for each sentence, none too long.
std::string prose(std::string_view text)
{
    std::string out, line;
    const auto flush = [&] {
        if (!line.empty()) out += escaped(line) + '\n';
        line.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string_view word = text.substr(at, end - at);
        if (!line.empty() && line.size() + 1 + word.size() > text_width) flush();
        line += (line.empty() ? "" : " ") + std::string(word);
        if (word.ends_with('.') || word.ends_with('!') || word.ends_with('?')) flush();
        at = end + 1;
    }
    flush();
    return out;
}

std::string sentence(std::string_view text)
{
    std::string out(text);
    if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
    if (!out.ends_with('.') && !out.ends_with('?')) out += '.';
    return out;
}

std::string head(const std::string& name, int section, std::string_view what)
{
    std::string upper;
    for (const char c : name) upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return fmt::format(".Dd {}\n.Dt {} {}\n.Os\n.Sh NAME\n.Nm {}\n.Nd {}\n", page_date, upper, section, name, what);
}

std::string synopsis(const Command& command)
{
    std::string out = fmt::format(".Nm harvestctl\n.Cm {}\n", command.path);
    for (const Argument& argument : command.arguments) {
        const std::string name = std::string(argument.name) + (argument.repeated ? " ..." : "");
        out += argument.required ? fmt::format(".Ar {}\n", name) : fmt::format(".Op Ar {}\n", name);
    }
    return out + ".Op Ar flags\n";
}

std::string flag_item(const Flag& flag)
{
    std::string out = ".It ";
    if (flag.letter) out += fmt::format("Fl {} , ", flag.letter);
    out += fmt::format("Fl -{}", flag.name);
    if (!flag.value.empty()) out += fmt::format(" Ar {}", flag.value);
    std::string doc(flag.doc);
    if (!flag.choices.empty()) doc += fmt::format(": {}", fmt::join(flag.choices, ", "));
    return out + '\n' + prose(sentence(doc));
}

constexpr std::string_view list_start = ".Bl -tag -width Ds\n", list_end = ".El\n";

std::string literal(std::span<const Example> examples)
{
    std::string out = ".Bd -literal -offset indent\n";
    for (const Example& example : examples) out += fmt::format("{}\n", escaped(example.line));
    return out + ".Ed\n";
}

std::string exit_list(const std::vector<int>& wanted)
{
    std::string out(list_start);
    for (const ExitCode& code : exit_codes())
        if (wanted.empty() || code.code == 64 || std::ranges::find(wanted, code.code) != wanted.end())
            out += fmt::format(".It {}\n{}", code.code, prose(sentence(code.meaning)));
    return out + std::string(list_end);
}

std::string command_part(const Command& command)
{
    std::string out = fmt::format(".Ss harvestctl {}\n{}", command.path, prose(sentence(command.summary)));
    if (!command.description.empty()) out += prose(command.description);
    if (command.danger != Danger::read) {
        constexpr std::string_view levels[] = {"read", "mild", "moderate", "severe"};
        out += prose(fmt::format("It changes things (level {}) and is audited.",
                                 levels[static_cast<std::size_t>(command.danger)]));
    }
    out += list_start;
    for (const Argument& argument : command.arguments) {
        std::string doc(argument.doc);
        if (!argument.choices.empty()) doc += fmt::format(": {}", fmt::join(argument.choices, ", "));
        out += fmt::format(".It Ar {}\n{}", argument.name, prose(sentence(doc)));
    }
    for (const Flag& flag : all_flags(command)) out += flag_item(flag);
    return out + std::string(list_end) + "Examples:\n" + literal(command.examples);
}

// Two words for admin nouns with commands of their own ("admin match"), one for the rest.
std::string family_of(std::string_view path)
{
    const std::size_t first = path.find(' ');
    if (first == std::string_view::npos) return std::string(path);
    const std::size_t second = path.find(' ', first + 1);
    return std::string(path.substr(0, second == std::string_view::npos ? first : second));
}

std::map<std::string, std::vector<const Command*>> families()
{
    std::map<std::string, std::vector<const Command*>> out;
    for (const Command& command : commands())
        if (!command.path.starts_with("__")) out[family_of(command.path)].push_back(&command);
    return out;
}

std::string page_name(const std::string& family)
{
    std::string out = "harvestctl-" + family;
    std::ranges::replace(out, ' ', '-');
    return out;
}

std::string family_page(const std::string& family, const std::vector<const Command*>& rows)
{
    std::string out = head(page_name(family), 1, fmt::format("the {} commands of harvestctl", family));
    out += ".Sh SYNOPSIS\n";
    std::vector<int> exits;
    for (const Command* command : rows) {
        out += synopsis(*command);
        exits.insert(exits.end(), command->exits.begin(), command->exits.end());
    }
    out += ".Sh DESCRIPTION\n";
    for (const Command* command : rows) out += command_part(*command);
    return out + ".Sh EXIT STATUS\n" + exit_list(exits);
}

std::string main_page()
{
    std::string out = head("harvestctl", 1, "run, administer and load-test the backend of Harvest Battles");
    out += ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar flags\n.Sh DESCRIPTION\n";
    out +=
        prose("One program launches every daemon, and administers and load-tests them. Its commands, each with a page "
              "of its own family:");
    out += list_start;
    for (const auto& [family, rows] : families())
        for (const Command* command : rows)
            out += fmt::format(".It Cm {}\n{}", command->path, prose(sentence(command->summary)));
    out += list_end;
    out += ".Sh ENVIRONMENT\n";
    out += list_start;
    out += ".It Ev HARVESTCTL_FLAG\n" +
           prose("Presets a flag, like HARVESTCTL_OUTPUT for --output; never one that consents to a change.");
    out += ".It Ev HARVEST_SECTION__KEY\n" + prose("Sets a configuration key.");
    out += ".It Ev NO_COLOR\n" + prose("No colour.");
    out += list_end;
    out += ".Sh FILES\n";
    out += list_start;
    out += ".It Pa ~/.config/harvest/contexts.yaml\n" + prose("The systems that --context may name.");
    out += ".It Pa ~/.local/share/harvest\n" +
           prose("The data directory, where none of --data-dir, $STATE_DIRECTORY and $XDG_DATA_HOME names another.");
    out += ".It Pa /etc/harvest/harvest.yaml\n" + prose("The configuration, where --config names no other.");
    out += list_end;
    return out + ".Sh EXIT STATUS\n" + exit_list({});
}

std::string key_list(const std::vector<config::Field>& fields)
{
    std::string out(list_start);
    for (const config::Field& field : fields) {
        const std::string range = config::range_text(field);
        out += fmt::format(".It Ic {}\n{}", field.path, prose(field.info.doc));
        std::string type(config::type_name(field));
        type[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(type[0])));
        out += prose(fmt::format("{}{}; by default {}{}.", type, range.empty() ? "" : " (" + range + ")",
                                 config::value_text(field), field.info.reloadable ? "; may change by reload" : ""));
    }
    return out + std::string(list_end);
}

std::string scenario_page()
{
    loadtest::Scenario scenario;
    std::vector<config::Field> fields;
    config::Section section(fields);
    scenario.describe(section);
    std::string out = head("harvest-scenario", 5, "a load test of harvestctl");
    out += ".Sh DESCRIPTION\n";
    out += prose(
        "A scenario says how many bots play, how they live, and what must hold at the end. One of config/loadtest "
        "goes by its name, any other by its path; harvestctl loadtest lint checks it.");
    out +=
        ".Pp\n" +
        prose(
            "A threshold is METRIC: AGGREGATE OP VALUE. An action has count, rate (a second), p50, p95, p99 and max; "
            "errors have count and rate (a share); matches have count and per_minute; online has max (live links of "
            "the lobby at once; in percent: of the bots); actions have count (in all) and least (of the kind that "
            "was done least, of those that the scenario's life comes to); fairness has failures (matches whose chance "
            "did not prove); unanswered has count (calls that nobody answered, or that were told to come later: they "
            "are "
            "tried again, and a cut of over 10 s is an error). A figure that was not measured makes the run "
            "inconclusive (exit 3).");
    out += key_list(fields);
    return out + ".Sh EXAMPLES\n.Dl harvestctl loadtest run market --bots 200 --duration 5m --verify\n";
}

std::string yaml_page()
{
    Settings settings;
    std::string out = head("harvest.yaml", 5, "configuration of harvestctl");
    out += ".Sh DESCRIPTION\n";
    out += prose("A value comes from the defaults, then a file or a directory of *.yaml, then the environment "
                 "(HARVEST_A__B), then flags (--set a.b=v). Unknown and repeated keys are errors. Durations and sizes "
                 "carry units, like 5s and 64MiB. A secret is named by file:PATH, env:NAME or credential:NAME.");
    return out + key_list(fields_of(settings));
}

} // namespace

std::vector<std::string> man_page_names()
{
    std::vector<std::string> out{"harvestctl.1"};
    for (const auto& [family, rows] : families()) out.push_back(page_name(family) + ".1");
    out.emplace_back("harvest-scenario.5");
    out.emplace_back("harvest.yaml.5");
    return out;
}

std::string man_page(const std::string& name)
{
    if (name == "harvestctl.1") return main_page();
    if (name == "harvest-scenario.5") return scenario_page();
    if (name == "harvest.yaml.5") return yaml_page();
    for (const auto& [family, rows] : families())
        if (page_name(family) + ".1" == name) return family_page(family, rows);
    return {};
}

} // namespace harvest::cli
