#include "cli/admin/protection.hpp"

#include "cli/admin/contexts.hpp"

#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace harvest::cli {
namespace {

std::string member(const json::object& object, std::string_view key)
{
    const json::value* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : "";
}

std::optional<Unlock> unlock_in(const std::string& line)
{
    boost::system::error_code error;
    const json::value value = json::parse(line, error);
    if (error || !value.is_object()) return std::nullopt;
    const json::object& object = value.get_object();
    const Result<Millis> since = parse_rfc3339(member(object, "since"));
    const Result<Millis> until = parse_rfc3339(member(object, "until"));
    if (!since || !until) return std::nullopt;
    return Unlock{member(object, "context"), member(object, "reason"), member(object, "by"), *since, *until};
}

} // namespace

std::string unlocks_path()
{
    return (std::filesystem::path(contexts_path()).parent_path() / "unlocks.jsonl").string();
}

bool write_unlock(const Unlock& unlock)
{
    const std::filesystem::path path = unlocks_path();
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    const json::object row{{"context", unlock.context},
                           {"since", to_rfc3339(unlock.since)},
                           {"until", to_rfc3339(unlock.until)},
                           {"by", unlock.by},
                           {"reason", unlock.reason}};
    const std::string line = json::serialize(row) + '\n';
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return false;
    const bool whole = ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    return ::close(file) == 0 && whole;
}

std::optional<Unlock> unlock_in_force(const std::string& context, Millis now)
{
    std::optional<Unlock> last;
    std::ifstream file(unlocks_path());
    for (std::string line; std::getline(file, line);)
        if (auto unlock = unlock_in(line); unlock && unlock->context == context) last = std::move(unlock);
    if (last && (now < last->since || now >= last->until)) return std::nullopt;
    return last;
}

Danger raised(Danger level)
{
    return level == Danger::mild ? Danger::moderate : level == Danger::moderate ? Danger::severe : level;
}

std::optional<Failure> why_locked(const Invocation& invocation, const std::string& context, Millis now)
{
    const bool named = invocation.value_or("context", "") == context && !invocation.presets.contains("context");
    if (!named)
        return Failure{4,
                       "declined",
                       fmt::format("the context '{}' is protected, and this line does not name it", context),
                       "neither a default nor a preset is enough for a change there",
                       fmt::format("add: --context {}", context),
                       false,
                       {}};
    if (invocation.has("plan") || unlock_in_force(context, now)) return std::nullopt;
    return Failure{4,
                   "declined",
                   fmt::format("the context '{}' is protected, and not unlocked now", context),
                   invocation.command->planned ? "a change there needs an unlock, or --plan ID of a --dry-run"
                                               : "a change there needs an unlock",
                   fmt::format("type: harvestctl admin context unlock {} --for 15m --reason TEXT", context),
                   false,
                   {}};
}

} // namespace harvest::cli
