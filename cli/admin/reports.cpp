// admin report: what players reported, with the evidence, and what a moderator makes of it.
#include "cli/admin/consent.hpp"
#include "cli/handlers.hpp"

#include <fmt/format.h>

namespace harvest::cli {
namespace {

std::string report_path(const Invocation& invocation)
{
    return "/admin/v1/reports/" + path_part(invocation.argument(0));
}

// The evidence line by line under the report's own fields.
std::string told(const json::object& report)
{
    std::string out;
    for (const std::string_view key :
         {"id", "state", "outcome", "reason", "note", "about", "player", "name", "reporter", "reporter_name", "channel",
          "message", "opened_at", "moderator", "moved_at"})
        if (const std::string value = text_at(report, key); !value.empty())
            out += fmt::format("{:<14} {}\n", key, value);
    if (const std::string match = text_at(report, "match"); !match.empty())
        out += fmt::format("{:<14} {}   see it: harvestctl admin replay {} --tell\n", "match", match, match);
    const json::value* evidence = report.if_contains("evidence");
    if (!evidence || !evidence->is_array() || evidence->get_array().empty()) return out;
    out += "\n";
    for (const json::value& each : evidence->get_array()) {
        const json::object& message = each.as_object();
        const bool reported = text_at(message, "message") == text_at(report, "message");
        const bool edited = !text_at(message, "edited_at").empty();
        out += fmt::format("{} {}  {}: {}{}\n", reported ? ">" : " ", text_at(message, "at"), text_at(message, "name"),
                           text_at(message, "text"), edited ? "  (edited)" : "");
    }
    return out;
}

} // namespace

Answer admin_report_list(Invocation& invocation)
{
    std::string query;
    for (const std::string_view flag : {"state", "player", "limit", "cursor"})
        if (const auto value = invocation.value(flag)) query += (query.empty() ? "?" : "&") + query_pair(flag, *value);
    if (invocation.has("mine")) query += query.empty() ? "?mine=true" : "&mine=true";
    return show(invocation, "/admin/v1/reports" + query,
                {{"REPORT", "id", Form::id},
                 {"STATE", "state"},
                 {"ABOUT", "about"},
                 {"REASON", "reason"},
                 {"PLAYER", "name"},
                 {"AGE", "opened_at", Form::age_of},
                 {"MODERATOR", "moderator"},
                 {"OUTCOME", "outcome"},
                 {"ID", "id", Form::text, true},
                 {"MATCH", "match", Form::text, true}});
}

Answer admin_report_get(Invocation& invocation)
{
    Answer answer = show(invocation, report_path(invocation), {});
    if (answer.document) answer.document->text = told(answer.document->object);
    return answer;
}

Answer admin_report_take(Invocation& invocation)
{
    json::object request{{"reason", invocation.value_or("reason", "")}};
    return change(invocation, report_path(invocation) + "/take", std::move(request));
}

Answer admin_report_close(Invocation& invocation)
{
    if (!invocation.has("outcome"))
        return usage_failure("'admin report close' needs --outcome", "its moderator says whether it was right",
                             "add: --outcome upheld, or dismissed");
    if (!invocation.has("reason") && !invocation.has("dry-run"))
        return usage_failure("'admin report close' needs --reason", "the audit log keeps why",
                             "add: --reason \"case 5512\"");
    json::object request{{"reason", invocation.value_or("reason", "")},
                         {"outcome", invocation.value_or("outcome", "")}};
    return change(invocation, report_path(invocation) + "/close", std::move(request));
}

} // namespace harvest::cli
