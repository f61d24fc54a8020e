// What every change has in common: plan, audit of the intent, the act, audit of the outcome (OPERATOR.md §1).
#pragma once

#include "cli/api/admin_api.hpp"

namespace harvest::cli::api {

inline constexpr Millis plan_life = 15min;

// The id of a plan is a hash of what is asked and of what was seen, so that changed state changes it.
std::string plan_id(const std::string& action, const std::string& target, const std::string& state);

// Starts the audit of a change: no record, no action. Errors: unavailable, with the reason in Call::why.
Result<telemetry::AuditRecord> begin_change(const World& world, Call& call, const std::string& action,
                                            const std::string& target, const std::string& reason,
                                            const std::optional<std::string>& ticket, const std::string& plan);
// Its outcome.
void end_change(const World& world, telemetry::AuditRecord record, const Error& error);

} // namespace harvest::cli::api
