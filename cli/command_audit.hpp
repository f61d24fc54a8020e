// The audit log of what commands do without a daemon: `commands/audit.log` of the data directory, with a key of its
// own, so that it is there before the installation's. The daemon auth copies it to `harvest.system`.
#pragma once

#include "cli/command.hpp"
#include "common/telemetry/audit.hpp"

#include <functional>
#include <string>

namespace harvest::cli {

std::string command_audit_path(const std::string& data_dir);
// Nothing where no command has written yet.
std::optional<telemetry::AuditVerdict> verify_command_audit(const std::string& path);

// Acts with intent and outcome on record: no record, no action. A failure of `act` is the outcome.
Answer audited(const Invocation& invocation, const std::string& data_dir, const std::string& action,
               const std::string& target, const std::function<Answer()>& act);

} // namespace harvest::cli
