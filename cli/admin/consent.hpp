// A change by the admin API: its plan, whether the operator agrees to it, and what was done.
#pragma once

#include "cli/admin/client.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace harvest::cli {

// The level of a change in a protected context: one higher.
std::string_view raised_level(std::string_view level);

// What people see of a plan, and whether they agree to it, as the level of the command and the context ask: nothing, or
// why not.
std::string plan_text(const json::object& plan, const AdminClient& client);
std::optional<Failure> consent(const Invocation& invocation, AdminClient& client, const json::object& plan);
// The plan as an answer to --dry-run.
Document plan_document(json::object plan, const AdminClient& client);
// What was done, and how to undo it.
Document done_document(json::object body);

// A change that the API plans not: its plan is made here, and cannot be given by id.
Answer plain_change(Invocation& invocation, const std::string& path, const std::string& action,
                    const std::string& what);
// A change: plan (dry run), confirm as its level asks, do, print what was done and how to undo it.
Answer change(Invocation& invocation, const std::string& path, json::object request);

} // namespace harvest::cli
