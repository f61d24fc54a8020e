#include "cli/api/change.hpp"

#include "cli/plan_id.hpp"
#include "common/base/log.hpp"

#include <fmt/format.h>

#include <charconv>

namespace harvest::cli::api {
namespace {

Error no_longer_holds(const std::string& plan, std::string& why)
{
    why = fmt::format("the plan {} no longer holds: the state has changed since, or it is a plan of something else",
                      plan);
    return make_error_code(Errc::conflict);
}

} // namespace

Result<Millis> plan_time(const std::optional<std::string>& given, Millis now, std::string& why)
{
    if (!given || given->empty()) return std::chrono::floor<std::chrono::seconds>(now);
    std::int64_t seconds{};
    const bool whole = given->starts_with(plan_start) && given->size() == plan_time_length + plan_hash_digits;
    if (!whole) return no_longer_holds(*given, why);
    const char* const digits = given->data() + plan_start.size();
    if (std::from_chars(digits, digits + plan_time_digits, seconds, 16).ptr != digits + plan_time_digits)
        return no_longer_holds(*given, why);
    const Millis made = std::chrono::seconds{seconds};
    if (made <= now && now < made + plan_life) return made;
    why = fmt::format("the plan {} has expired: a plan is good for {} minutes", *given,
                      std::chrono::duration_cast<std::chrono::minutes>(plan_life).count());
    return make_error_code(Errc::conflict);
}

void seal_plan(Plan& plan, const std::string& about, Millis made)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(made).count();
    const std::string hash = plan_hash(fmt::format("{}\n{}\n{}\n", seconds, plan.action, about));
    plan.id = fmt::format("{}{:0{}x}{}", plan_start, seconds, plan_time_digits, hash);
    plan.expires_at = to_rfc3339(made + plan_life);
}

Result<void> name_plan(Plan& plan, const std::string& about, const std::optional<std::string>& given, Millis now,
                       std::string& why)
{
    const Result<Millis> made = plan_time(given, now, why);
    if (!made) return made.error();
    seal_plan(plan, about, *made);
    if (given && !given->empty() && *given != plan.id) return no_longer_holds(*given, why);
    return {};
}

Result<ReloadRequest> reload_asked(Call& call)
{
    const std::string_view body = call.http.body;
    return protocol::decode<ReloadRequest>(body.empty() ? "{}" : body, &call.why);
}

Result<telemetry::AuditRecord> begin_change(const World& world, Call& call, const std::string& action,
                                            const std::string& target, const std::string& reason,
                                            const std::optional<std::string>& ticket, const std::string& plan)
{
    telemetry::AuditRecord record;
    record.id = new_id<AuditId>(world.clock, world.entropy).value;
    record.at = world.clock.now();
    record.action = action;
    record.outcome = "intent";
    record.actor = call.actor;
    record.source = call.http.remote_address;
    record.target = target;
    record.reason = reason;
    record.ticket = ticket.value_or("");
    record.plan = plan;
    const Result<void> written = world.audit.append(record);
    if (written) return record;
    call.why = "nothing was done, for it could not be audited: " + world.audit.trouble();
    if (written.error() == Errc::in_doubt) return Errc::unavailable; // the record is there, the deed is not
    return written.error();
}

std::string inverse_of(std::string_view path, std::string_view body)
{
    std::string out = "{\"path\":";
    protocol::write_json(out, path);
    return out.append(",\"body\":").append(body) + '}';
}

std::string undo_line(const telemetry::AuditRecord& record, const Plan& plan)
{
    return record.undo.empty() ? plan.undo : "harvestctl admin undo " + record.id;
}

void end_change(const World& world, telemetry::AuditRecord record, const Error& error)
{
    record.at = world.clock.now();
    const bool in_doubt = classify(error) == Errc::in_doubt;
    record.outcome = in_doubt ? "unknown" : error ? "failure" : "success";
    record.detail = error ? error.message() : "";
    if (error && !in_doubt) record.undo.clear();
    if (!world.audit.append(record))
        log::error("an outcome could not be audited",
                   {{"event.action", record.action}, {"harvest.audit_id", record.id}});
    log::info("an operator acted", {{"event.action", record.action},
                                    {"event.outcome", record.outcome},
                                    {"user.name", record.actor},
                                    {"harvest.target", record.target},
                                    {"harvest.audit_id", record.id}});
}

} // namespace harvest::cli::api
