#include "cli/admin/consent.hpp"

#include "cli/admin/protection.hpp"
#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace harvest::cli {
namespace {

constexpr std::array<std::string_view, 4> levels{"read", "mild", "moderate", "severe"};

constexpr std::string_view plan_anew = "see the new one: --dry-run";

Failure told_of_plan(Failure failure, bool by_plan)
{
    if (failure.code != "conflict") return failure;
    failure.exit = 4;
    if (by_plan && failure.message.starts_with("the plan")) {
        failure.code = "stale_plan";
        failure.why.clear(); // the message says it
        failure.hint = plan_anew;
        failure.retryable = false;
    }
    return failure;
}

Failure nobody_to_ask(const Invocation& invocation, std::string hint)
{
    return Failure{64,
                   "invalid_argument",
                   fmt::format("'{}' changes things and nobody can be asked", invocation.command->path),
                   "stdin or stderr is no terminal, or --no-input is set",
                   std::move(hint),
                   false,
                   {}};
}

// More targets than --max-affected are refused, whatever was agreed to.
std::optional<Failure> too_many(const Invocation& invocation, const json::object& plan)
{
    const std::string_view what = invocation.command->reach;
    const json::value* affects = what.empty() ? nullptr : plan.if_contains("affects");
    const json::value* count = affects && affects->is_object() ? affects->get_object().if_contains(what) : nullptr;
    const std::int64_t hit = count && count->is_number() ? count->to_number<std::int64_t>() : 0;
    const std::int64_t most = std::stoll(invocation.value_or("max-affected", "50"));
    if (hit <= most) return std::nullopt;
    return Failure{4,
                   "declined",
                   fmt::format("that would hit {} {}, more than {}", hit, what, most),
                   "nothing was done",
                   fmt::format("look at it with --dry-run, then add: --max-affected {}", hit),
                   false,
                   {}};
}

std::optional<Failure> agreed(const Invocation& invocation, const std::string& text)
{
    if (invocation.has("plan") || invocation.has("yes")) return std::nullopt;
    if (!invocation.terminal)
        return nobody_to_ask(invocation,
                             invocation.command->planned ? "add --yes, or --plan ID of a --dry-run" : "add --yes");
    write_stderr(text);
    const std::string said = ask("do it? [y/N] ");
    if (said == "y" || said == "Y" || said == "yes") return std::nullopt;
    return Failure{4, "declined", "nothing was done", "", "", false, {}};
}

std::optional<Failure> named(const Invocation& invocation, const std::string& text, const std::string& name)
{
    const auto given = invocation.value("confirm");
    if (!invocation.terminal && (!given || !invocation.has("plan")))
        return nobody_to_ask(invocation,
                             fmt::format("this is severe: add --confirm '{}' --plan ID of a --dry-run", name));
    if (!given) write_stderr(text);
    const std::string said = given ? *given : ask(fmt::format("type {} to go on: ", name));
    if (said == name) return std::nullopt;
    return Failure{4,
                   "declined",
                   fmt::format("nothing was done: '{}' is not the name", said),
                   "",
                   fmt::format("type it as it is: {}", name),
                   false,
                   {}};
}

} // namespace

std::string_view raised_level(std::string_view level)
{
    const auto at = std::ranges::find(levels, level);
    if (at == levels.end()) return level;
    return levels[static_cast<std::size_t>(raised(static_cast<Danger>(at - levels.begin())))];
}

std::string plan_text(const json::object& plan, const AdminClient& client)
{
    std::string out = fmt::format("{} {} \"{}\"   level {}   context {}{}\n", text_at(plan, "action"),
                                  short_id(text_at(plan, "target")), sanitized(text_at(plan, "target_name")),
                                  text_at(plan, "level"), client.context(), client.is_protected() ? "  PROTECTED" : "");
    for (const json::value& line : plan.at("changes").as_array()) out += "  " + sanitized(line.as_string()) + '\n';
    const json::value* affects = plan.if_contains("affects");
    if (affects && affects->is_object() && !affects->get_object().empty()) {
        out += "  affects";
        for (const auto& [what, count] : affects->get_object())
            out += fmt::format("  {} {}", std::string(what), to_json_text(count));
        out += '\n';
    }
    if (const std::string undo = text_at(plan, "undo"); !undo.empty()) out += fmt::format("  undo: {}\n", undo);
    const std::string id = text_at(plan, "id");
    return id.empty() ? out : out + fmt::format("  plan {} until {}\n", id, text_at(plan, "expires_at"));
}

Document plan_document(json::object plan, const AdminClient& client)
{
    std::string text = plan_text(plan, client);
    Document document = document_of(std::move(plan), {});
    document.text = std::move(text);
    return document;
}

Document done_document(json::object body)
{
    Document document = document_of(std::move(body), {});
    document.name_key = "target";
    const json::object& object = document.object;
    std::string text = text_at(object, "action");
    if (document.kind != "Done") return document;
    text += fmt::format(" {} {}   audit {}", short_id(text_at(object, "target")),
                        sanitized(text_at(object, "target_name")), short_id(text_at(object, "audit")));
    if (const std::string undo = text_at(object, "undo"); !undo.empty()) text += fmt::format("   undo: {}", undo);
    document.text = text + '\n';
    return document;
}

std::optional<Failure> consent(const Invocation& invocation, AdminClient& client, const json::object& plan)
{
    const std::string wanted = invocation.value_or("plan", "");
    if (!wanted.empty() && wanted != text_at(plan, "id"))
        return Failure{4,
                       "stale_plan",
                       fmt::format("the plan {} no longer holds", wanted),
                       "the state has changed since, or it is a plan of something else",
                       std::string(plan_anew),
                       false,
                       {}};
    if (auto refused_by = too_many(invocation, plan)) return refused_by;
    Danger level = invocation.command->danger;
    if (client.is_protected()) {
        if (auto locked = why_locked(invocation, client.protector(), client.now())) return locked;
        level = raised(level);
    }
    const std::string name = text_at(plan, "target_name");
    std::optional<Failure> refused_by;
    if (level == Danger::severe)
        refused_by = named(invocation, plan_text(plan, client), name.empty() ? text_at(plan, "target") : name);
    else if (level == Danger::moderate)
        refused_by = agreed(invocation, plan_text(plan, client));
    if (!refused_by) client.agree();
    return refused_by;
}

Answer plain_change(Invocation& invocation, const std::string& path, const std::string& action, const std::string& what)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    json::object plan{{"kind", "Plan"}, {"action", action}, {"level", "mild"}, {"target", "all"}};
    if (client.is_protected()) plan["level"] = raised_level("mild");
    plan["changes"] = json::array{json::value(what)};
    plan["undo"] = "cannot be undone: put back what was there, and do the same again";
    if (invocation.has("dry-run")) return plan_document(std::move(plan), client);
    if (auto refused_by = consent(invocation, client, plan)) return *refused_by;
    json::object request{{"reason", invocation.value_or("reason", "")}};
    if (const auto ticket = invocation.value("ticket")) request["ticket"] = *ticket;
    AdminClient::Body body = client.post(path, json::serialize(request));
    if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
    Document document = document_of(std::move(std::get<json::object>(body)), {});
    document.text = text_at(document.object, "result") + '\n';
    return document;
}

Answer change(Invocation& invocation, const std::string& path, json::object request)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    if (const auto ticket = invocation.value("ticket")) request["ticket"] = *ticket;
    const bool by_plan = invocation.has("plan");
    if (by_plan) request["plan"] = *invocation.value("plan");
    AdminClient::Body planned = client.plan(path, request);
    if (Failure* failed = std::get_if<Failure>(&planned)) return told_of_plan(std::move(*failed), by_plan);
    json::object plan = std::get<json::object>(planned);
    if (invocation.has("dry-run")) return plan_document(std::move(plan), client);
    if (auto refused_by = consent(invocation, client, plan)) return *refused_by;
    if (by_plan || path.ends_with("ban") || path.ends_with("/undo")) request["plan"] = text_at(plan, "id");
    AdminClient::Body done = client.post(path, json::serialize(request));
    if (Failure* failed = std::get_if<Failure>(&done)) return told_of_plan(std::move(*failed), by_plan);
    return done_document(std::move(std::get<json::object>(done)));
}

} // namespace harvest::cli
