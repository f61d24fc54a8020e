// completion: adaptors for three shells, and the hidden __complete that gives the candidates.
#include "cli/admin/client.hpp"
#include "cli/handlers.hpp"
#include "cli/parse.hpp"

#include <set>

namespace harvest::cli {
namespace {

constexpr std::string_view bash_script = R"(# harvestctl completion for bash
_harvestctl() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do COMPREPLY+=("$line"); done \
        < <(harvestctl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _harvestctl harvestctl
)";

constexpr std::string_view zsh_script = R"(#compdef harvestctl
# harvestctl completion for zsh
_harvestctl() {
    local -a found
    found=("${(@f)$(harvestctl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    compadd -a found
}
compdef _harvestctl harvestctl
)";

constexpr std::string_view fish_script = R"(# harvestctl completion for fish
function __harvestctl_complete
    set -l words (commandline -opc) (commandline -ct)
    harvestctl __complete $words[2..-1] 2>/dev/null
end
complete -c harvestctl -f -a '(__harvestctl_complete)'
)";

// Ids and names of a running system; silence if there is none within the time of a key press.
void add_live(std::set<std::string>& out, std::string_view kind, Invocation quick)
{
    quick.command = find_command("admin status");
    quick.flags["timeout"] = {"250ms"};
    auto opened = open_admin(quick);
    if (std::holds_alternative<Failure>(opened)) return;
    const bool players = kind == "PLAYER", topics = kind == "TOPIC", groups = kind == "GROUP";
    auto body = std::get<AdminClient>(opened).get(players  ? "/admin/v1/players?limit=100"
                                                  : topics ? "/admin/v1/topics"
                                                  : groups ? "/admin/v1/groups"
                                                           : "/admin/v1/matches?limit=50");
    if (std::holds_alternative<Failure>(body)) return;
    for (const json::value& item : std::get<json::object>(body).at("items").as_array()) {
        const json::value& value = item.as_object().at(players ? "name" : topics ? "topic" : groups ? "group" : "id");
        out.insert((players ? "@" : "") + std::string(value.as_string()));
    }
}

void add_argument(std::set<std::string>& out, const Argument& argument, const Invocation& of)
{
    for (const std::string_view choice : argument.choices) out.emplace(choice);
    for (const std::string_view live : {"PLAYER", "MATCH", "TOPIC", "GROUP"})
        if (argument.name == live) add_live(out, live, of);
}

std::set<std::string> candidates(const std::vector<std::string>& words)
{
    std::set<std::string> out;
    std::string path;
    const Command* command = nullptr;
    Invocation of; // which system the line is about
    std::size_t arguments = 0;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        const std::string& word = words[i];
        if (word.starts_with('-')) {
            if (!takes_value(word) || i + 2 >= words.size()) continue;
            ++i;
            if (word == "--context" || word == "--data-dir") of.flags[word.substr(2)] = {words[i]};
            continue;
        }
        if (command) {
            ++arguments;
            continue;
        }
        path += (path.empty() ? "" : " ") + word;
        command = find_command(path);
    }
    const std::string current = words.empty() ? "" : words.back();
    if (!command) {
        const std::string start = path.empty() ? "" : path + ' ';
        for (const Command& row : commands()) {
            if (!row.path.starts_with(start) || row.path.starts_with("__")) continue;
            const std::string rest(row.path.substr(start.size()));
            out.insert(rest.substr(0, rest.find(' ')));
        }
        return out;
    }
    const std::vector<Flag> flags = all_flags(*command);
    if (words.size() >= 2)
        for (const Flag& flag : flags) {
            const std::string& before = words[words.size() - 2];
            const bool meant =
                before == "--" + std::string(flag.name) || (flag.letter && before == std::string("-") + flag.letter);
            if (!meant || flag.value.empty()) continue;
            for (const std::string_view choice : flag.choices) out.emplace(choice);
            if (flag.value == "PLAYER") add_live(out, flag.value, of);
            return out;
        }
    if (current.starts_with('-')) {
        for (const Flag& flag : flags) out.insert("--" + std::string(flag.name));
        return out;
    }
    if (arguments < command->arguments.size()) add_argument(out, command->arguments[arguments], of);
    return out;
}

} // namespace

Answer completion(Invocation& invocation)
{
    const std::string shell = invocation.argument(0);
    return text_document(std::string(shell == "bash" ? bash_script : shell == "zsh" ? zsh_script : fish_script));
}

Answer complete_words(Invocation& invocation)
{
    const std::string current = invocation.arguments.empty() ? "" : invocation.arguments.back();
    std::string out;
    for (const std::string& candidate : candidates(invocation.arguments))
        if (candidate.starts_with(current)) out += candidate + '\n';
    return text_document(std::move(out));
}

} // namespace harvest::cli
