// What every change has in common: plan, audit of the intent, the act, audit of the outcome.
#pragma once

#include "cli/api/admin_api.hpp"

namespace harvest::cli::api {

inline constexpr Millis plan_life = 15min;

// When the plan `given` was made, or now without one. Errors: conflict (it has expired, or is no plan), told in `why`.
Result<Millis> plan_time(const std::optional<std::string>& given, Millis now, std::string& why);
// Gives a plan its id and its end. The id is the second in which it was made and a hash of that, of the action and of
// `about`: what is asked and what was seen, so that changed state changes it.
void seal_plan(Plan& plan, const std::string& about, Millis made);
// Both: a plan made now, or the plan `given` where it still holds. Errors: conflict, told in `why`.
Result<void> name_plan(Plan& plan, const std::string& about, const std::optional<std::string>& given, Millis now,
                       std::string& why);

// The body of a change without a plan; none is an empty one. Errors: invalid_argument, told in Call::why.
Result<ReloadRequest> reload_asked(Call& call);
// Starts the audit of a change: no record, no action. Errors: unavailable, with the reason in Call::why.
Result<telemetry::AuditRecord> begin_change(const World& world, Call& call, const std::string& action,
                                            const std::string& target, const std::string& reason,
                                            const std::optional<std::string>& ticket, const std::string& plan);
// What an audit record keeps to undo its change: a call of this API, for POST /admin/v1/audit/{}/undo.
std::string inverse_of(std::string_view path, std::string_view body);
// What the answer to a change says of undoing it.
std::string undo_line(const telemetry::AuditRecord& record, const Plan& plan);

// Its outcome.
void end_change(const World& world, telemetry::AuditRecord record, const Error& error);

} // namespace harvest::cli::api
