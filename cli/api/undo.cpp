// undo: the inverse that an audit record keeps is a call of this API, planned and audited as any other.
#include "cli/api/change.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace harvest::cli::api {
namespace {

constexpr std::size_t records_at_once = 256;

// The outcome of a change that was done, or may have been, by its whole id or short form. Errors: not_found, conflict
// (two match).
Result<telemetry::AuditRecord> find_change(const telemetry::Audit& audit, const std::string& which)
{
    std::optional<telemetry::AuditRecord> found;
    std::int64_t place = 0;
    for (;;) {
        const auto records = audit.read(place, records_at_once);
        if (records.empty()) break;
        for (const telemetry::AuditRecord& each : records) {
            if ((each.outcome != "success" && each.outcome != "unknown") ||
                (each.id != which && short_id(each.id) != which))
                continue;
            if (found) return Errc::conflict;
            found = each;
        }
    }
    if (!found) return Errc::not_found;
    return *found;
}

// The inverse's own body with what this change asks for; its reason names what is undone.
std::string body_of_undo(boost::json::object body, const ChangeRequest& asked, const std::string& audit)
{
    std::string reason = "undo of " + audit;
    if (!asked.reason.empty()) reason += ": " + asked.reason;
    body["reason"] = reason;
    if (asked.ticket) body["ticket"] = *asked.ticket;
    if (asked.plan) body["plan"] = *asked.plan;
    if (asked.dry_run) body["dry_run"] = *asked.dry_run;
    return boost::json::serialize(body);
}

} // namespace

AsyncResult<std::string> undo_change(const World& world, Call& call)
{
    const Result<ChangeRequest> asked = protocol::decode<ChangeRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    const std::string which = call.path[0];
    std::function<Result<telemetry::AuditRecord>()> look = [&] { return find_change(world.audit, which); };
    const Result<telemetry::AuditRecord> record = co_await world.slow->compute(std::move(look), call.by);
    if (!record && record.error() == Errc::not_found)
        call.why = fmt::format("no change {} was made here: the process that made it has its record", which);
    if (!record && record.error() == Errc::conflict)
        call.why = fmt::format("two changes are {}; give the whole id", which);
    if (!record) co_return record.error();
    boost::system::error_code error;
    const boost::json::value inverse = boost::json::parse(record->undo.empty() ? "null" : record->undo, error);
    if (error || !inverse.is_object()) {
        call.why = fmt::format("{} cannot be undone", record->action);
        co_return Errc::failed_precondition;
    }
    Call made;
    made.http = call.http;
    made.actor = call.actor;
    made.by = call.by;
    made.http.path = inverse.at("path").as_string();
    made.http.body = body_of_undo(inverse.at("body").as_object(), *asked, record->id);
    const Route* const route = find_route("POST", made.http.path, made.path);
    if (!route) co_return Errc::internal;
    Result<std::string> done = co_await route->handler(world, made);
    call.why = made.why;
    co_return done;
}

} // namespace harvest::cli::api
