#include "cli/api/change.hpp"

#include "common/base/log.hpp"

#include <fmt/format.h>

namespace harvest::cli::api {

std::string plan_id(const std::string& action, const std::string& target, const std::string& state)
{
    std::uint64_t hash = 14695981039346656037ULL; // FNV-1a: a name for a state, not a secret
    for (const std::string* part : {&action, &target, &state})
        for (const char c : *part + '\n') hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return fmt::format("pl_{:012x}", hash & 0xFFFFFFFFFFFFULL);
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
    return written.error();
}

void end_change(const World& world, telemetry::AuditRecord record, const Error& error)
{
    record.at = world.clock.now();
    record.outcome = error ? "failure" : "success";
    record.detail = error ? error.message() : "";
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
