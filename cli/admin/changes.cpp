// admin: changes. Each plans, asks as its level demands, is audited before it acts, and says how to undo it.
#include "cli/admin/consent.hpp"
#include "cli/admin/contexts.hpp"
#include "cli/admin/protection.hpp"
#include "cli/handlers.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace harvest::cli {
namespace {

std::optional<Failure> needs_reason(const Invocation& invocation)
{
    if (invocation.has("reason") || invocation.has("dry-run")) return std::nullopt;
    return usage_failure(fmt::format("'{}' needs --reason", invocation.command->path),
                         "a player feels it, so the audit log keeps why", "add: --reason \"case 5512\"");
}

// Of a reload that was rejected; its message names every fault.
Answer told_what_to_mend(Answer answer, std::string hint)
{
    if (!answer.failure || answer.failure->exit != 65) return answer;
    answer.failure->why.clear();
    answer.failure->hint = std::move(hint);
    return answer;
}

Millis time_of_unlock()
{
    return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
}

Failure no_such_context(const std::string& name)
{
    return Failure{66,    "not_found", fmt::format("no context '{}'", name), "", "type: harvestctl admin context list",
                   false, {}};
}

json::object reasoned(const Invocation& invocation)
{
    return {{"reason", invocation.value_or("reason", "")}};
}

} // namespace

Answer admin_ban(Invocation& invocation)
{
    if (auto failed = needs_reason(invocation)) return *failed;
    json::object request = reasoned(invocation);
    request["scope"] = invocation.value_or("scope", "all");
    const std::string length = invocation.value_or("for", "permanent");
    if (length != "permanent") request["for_ms"] = config::parse_duration(length).value().count();
    return change(invocation, "/admin/v1/players/" + invocation.argument(0) + "/ban", std::move(request));
}

Answer admin_unban(Invocation& invocation)
{
    return change(invocation, "/admin/v1/players/" + invocation.argument(0) + "/unban", reasoned(invocation));
}

Answer admin_mute(Invocation& invocation)
{
    if (auto failed = needs_reason(invocation)) return *failed;
    json::object request = reasoned(invocation);
    request["scope"] = "chat";
    const std::string length = invocation.value_or("for", "1h");
    if (length != "permanent") request["for_ms"] = config::parse_duration(length).value().count();
    return change(invocation, "/admin/v1/players/" + invocation.argument(0) + "/mute", std::move(request));
}

Answer admin_unmute(Invocation& invocation)
{
    return change(invocation, "/admin/v1/players/" + invocation.argument(0) + "/unmute", reasoned(invocation));
}

Answer admin_kick(Invocation& invocation)
{
    if (auto failed = needs_reason(invocation)) return *failed;
    return change(invocation, "/admin/v1/players/" + invocation.argument(0) + "/kick", reasoned(invocation));
}

Answer admin_drain(Invocation& invocation)
{
    const std::string which = invocation.argument(0);
    if (which != "all")
        return Failure{69,
                       "feature_disabled",
                       fmt::format("'{}' cannot drain alone here", which),
                       "in one process all daemons drain together",
                       "type: harvestctl admin drain all",
                       false,
                       {}};
    return change(invocation, "/admin/v1/drain", reasoned(invocation));
}

Answer admin_reload(Invocation& invocation)
{
    return told_what_to_mend(
        plain_change(invocation, "/admin/v1/reload", "config.reload", "what has changed and needs no restart is taken"),
        "mend the file, check it with config check or admin game check, and reload again");
}

Answer admin_game_reload(Invocation& invocation)
{
    return told_what_to_mend(
        plain_change(invocation, "/admin/v1/game/reload", "game.reload", "content_dir is read as it is now"),
        "mend the files, check them with admin game check, and reload again");
}

Answer admin_seed(Invocation& invocation)
{
    json::object request = reasoned(invocation);
    request["set"] = invocation.value_or("set", "demo");
    request["players"] = std::stoll(invocation.value_or("players", "20"));
    request["seed"] = std::stoll(invocation.value_or("seed", "1"));
    return change(invocation, "/admin/v1/seed", std::move(request));
}

Answer admin_key_rotate(Invocation& invocation)
{
    return change(invocation, "/admin/v1/keys/rotate", reasoned(invocation));
}

Answer admin_undo(Invocation& invocation)
{
    return change(invocation, "/admin/v1/audit/" + path_part(invocation.argument(0)) + "/undo", reasoned(invocation));
}

Answer admin_season_status(Invocation& invocation)
{
    Answer answer = show(invocation, "/admin/v1/seasons",
                         {{"SEASON", "season", Form::number},
                          {"STATE", "state"},
                          {"BEGINS", "begins_at"},
                          {"ENDS", "ends_at"},
                          {"PLAYERS", "players", Form::number},
                          {"REWARDED", "rewarded", Form::number},
                          {"CLOSED", "closed_at"}});
    if (answer.document) answer.document->name_key = "season";
    return answer;
}

Answer admin_projections_list(Invocation& invocation)
{
    Answer answer = show(invocation, "/admin/v1/projections",
                         {{"PROJECTION", "projection"},
                          {"STATE", "state"},
                          {"EVENTS", "events", Form::number},
                          {"LAG", "lag_messages", Form::number},
                          {"EPOCH", "epoch", Form::number},
                          {"REBUILT", "rebuilt_at"}});
    if (answer.document) answer.document->name_key = "projection";
    return answer;
}

Answer admin_projections_rebuild(Invocation& invocation)
{
    return change(invocation, "/admin/v1/projections/" + invocation.argument(0) + "/rebuild", reasoned(invocation));
}

Answer admin_context_list(Invocation&)
{
    const std::variant<Contexts, Failure> read = read_contexts();
    if (const Failure* failure = std::get_if<Failure>(&read)) return *failure;
    const Contexts& contexts = std::get<Contexts>(read);
    Document document;
    document.kind = "ContextList";
    document.list = true;
    document.name_key = "name";
    document.columns = {{"NAME", "name"},
                        {"CURRENT", "current", Form::yes_no},
                        {"WHERE", "where"},
                        {"PROTECTED", "protected", Form::yes_no},
                        {"READ ONLY", "read_only", Form::yes_no},
                        {"UNLOCKED UNTIL", "unlocked_until", Form::text, true}};
    for (const Context& context : contexts.all) {
        const auto unlock = unlock_in_force(context.name, time_of_unlock());
        document.items.push_back(json::object{{"name", context.name},
                                              {"current", context.name == contexts.current},
                                              {"where", context.data_dir.empty() ? context.endpoint : context.data_dir},
                                              {"protected", context.is_protected},
                                              {"read_only", context.read_only},
                                              {"unlocked_until", unlock ? to_rfc3339(unlock->until) : ""}});
    }
    return document;
}

Answer admin_context_use(Invocation& invocation)
{
    std::variant<Contexts, Failure> read = read_contexts();
    if (const Failure* failure = std::get_if<Failure>(&read)) return *failure;
    Contexts& contexts = std::get<Contexts>(read);
    const std::string name = invocation.argument(0);
    if (!contexts.find(name)) return no_such_context(name);
    contexts.current = name;
    if (!write_contexts(contexts))
        return Failure{73,
                       "unavailable",
                       fmt::format("{} cannot be written", contexts_path()),
                       "",
                       "look at its folder's rights, or free space",
                       false,
                       {}};
    Document document;
    document.kind = "Context";
    document.name_key = "name";
    document.object["name"] = name;
    document.text = fmt::format("{} is the context from now on\n", name);
    return document;
}

Answer admin_context_unlock(Invocation& invocation)
{
    const std::string name = invocation.argument(0);
    const std::variant<Contexts, Failure> read = read_contexts();
    if (const Failure* failure = std::get_if<Failure>(&read)) return *failure;
    const Contexts& contexts = std::get<Contexts>(read);
    const Context* context = contexts.find(name);
    if (!context) return no_such_context(name);
    if (!context->is_protected)
        return usage_failure(fmt::format("the context '{}' is not protected", name), "changes there need no unlock",
                             "type: harvestctl admin context list");
    const std::string reason = invocation.value_or("reason", "");
    if (reason.empty())
        return usage_failure("'admin context unlock' needs --reason", "it is kept beside the contexts",
                             "add: --reason \"case 5512\"");
    const Result<Millis> length = config::parse_duration(invocation.value_or("for", "15m"));
    if (!length || *length <= Millis{} || *length > longest_unlock)
        return usage_failure("--for is out of range", "an unlock holds for 8h at most", "add: --for 15m");
    const Millis now = time_of_unlock();
    const Unlock unlock{name, reason, fmt::format("uid:{}", ::getuid()), now, now + *length};
    if (!write_unlock(unlock))
        return Failure{73,
                       "unavailable",
                       fmt::format("{} cannot be written", unlocks_path()),
                       "",
                       "look at its folder's rights, or free space",
                       false,
                       {}};
    Document document;
    document.kind = "Unlock";
    document.name_key = "name";
    document.object = {{"name", name}, {"unlocked_until", to_rfc3339(unlock.until)}, {"reason", reason}};
    document.text = fmt::format("{} may be changed until {}, with --context {} on each line\n", name,
                                to_rfc3339(unlock.until), name);
    return document;
}

} // namespace harvest::cli
