// admin: lists and single things that the admin API has ready.
#include "cli/admin/client.hpp"
#include "cli/admin/eventlog.hpp"
#include "cli/handlers.hpp"

#include <fmt/format.h>

namespace harvest::cli {
namespace {

// The query of a list: paging and the flags that narrow it.
std::string query_of(const Invocation& invocation, std::initializer_list<std::string_view> flags)
{
    std::string out;
    for (const std::string_view flag : flags)
        if (const auto value = invocation.value(flag)) out += (out.empty() ? "?" : "&") + query_pair(flag, *value);
    return out;
}

const std::vector<Column> match_columns{{"MATCH", "id", Form::id},
                                        {"MODE", "mode"},
                                        {"STATE", "state"},
                                        {"PLAYERS", "players"},
                                        {"WINNER", "winner"},
                                        {"REASON", "reason"},
                                        {"TURNS", "turns", Form::number},
                                        {"COMMANDS", "commands", Form::number},
                                        {"AGE", "created_at", Form::age_of},
                                        {"ID", "id", Form::text, true},
                                        {"INSTANCE", "instance", Form::text, true},
                                        {"HASH", "final_hash", Form::text, true}};

} // namespace

Answer admin_player_list(Invocation& invocation)
{
    return show(invocation, "/admin/v1/players" + query_of(invocation, {"name", "bots", "limit", "cursor"}),
                {{"PLAYER", "id", Form::id},
                 {"NAME", "name"},
                 {"BOT", "bot", Form::yes_no},
                 {"ONLINE", "online", Form::yes_no},
                 {"AGE", "created_at", Form::age_of},
                 {"ID", "id", Form::text, true}});
}

Answer admin_player_get(Invocation& invocation)
{
    return show(invocation, "/admin/v1/players/" + path_part(invocation.argument(0)), {});
}

Answer admin_player_sanctions(Invocation& invocation)
{
    return show(invocation, "/admin/v1/players/" + path_part(invocation.argument(0)) + "/sanctions",
                {{"KIND", "kind"},
                 {"SCOPE", "scope"},
                 {"REASON", "reason"},
                 {"UNTIL", "until"},
                 {"BY", "by"},
                 {"AUDIT", "audit", Form::id}});
}

Answer admin_session_list(Invocation& invocation)
{
    if (!invocation.has("player"))
        return usage_failure("'admin session list' needs --player", "sessions are listed a player at a time",
                             "type: harvestctl admin session list --player @kestrel");
    return show(invocation, "/admin/v1/sessions" + query_of(invocation, {"player"}),
                {{"SESSION", "id", Form::id},
                 {"STATUS", "status"},
                 {"CONNSRV", "connsrv"},
                 {"DEVICE", "device_class"},
                 {"SIGNED IN", "signed_in_at", Form::age_of},
                 {"EXPIRES", "expires_at"}});
}

Answer admin_match_list(Invocation& invocation)
{
    return show(invocation, "/admin/v1/matches" + query_of(invocation, {"state", "mode", "player", "limit", "cursor"}),
                match_columns);
}

Answer admin_match_get(Invocation& invocation)
{
    return show(invocation, "/admin/v1/matches/" + path_part(invocation.argument(0)), {});
}

Answer admin_queue_list(Invocation& invocation)
{
    std::string query = query_of(invocation, {"mode"});
    std::vector<Column> columns{{"TICKET", "ticket", Form::id},
                                {"PLAYER", "player", Form::id},
                                {"MODE", "mode"},
                                {"WAITING", "waiting_seconds", Form::uptime}};
    if (invocation.has("ratings")) {
        query += query.empty() ? "?ratings=true" : "&ratings=true";
        columns.push_back({"RATING", "rating"});
        columns.push_back({"DEVIATION", "deviation"});
    }
    return show(invocation, "/admin/v1/queue" + query, std::move(columns));
}

Answer admin_queue_explain(Invocation& invocation)
{
    Answer answer = show(invocation, "/admin/v1/queue/" + path_part(invocation.argument(0)),
                         {{"TICKET", "ticket", Form::id},
                          {"PLAYER", "player", Form::id},
                          {"RATING", "rating"},
                          {"RULE", "rule"},
                          {"POINTS", "points"},
                          {"LIMIT", "limit"},
                          {"RELAXES IN", "relaxes_in_seconds", Form::eta}});
    if (answer.document) answer.document->name_key = "ticket";
    return answer;
}

Answer admin_ledger_check(Invocation& invocation)
{
    Answer answer = show(
        invocation, "/admin/v1/ledger",
        {{"ASSET", "asset"}, {"IN CIRCULATION", "in_circulation", Form::number}, {"MINTED", "minted", Form::number}});
    if (!answer.document) return answer;
    Document& document = *answer.document;
    document.name_key = "asset";
    const json::value* sound = document.object.if_contains("sound");
    if (sound && sound->is_bool() && !sound->get_bool()) answer.exit = 1;
    return answer;
}

Answer admin_ledger_show(Invocation& invocation)
{
    return show(invocation,
                "/admin/v1/ledger/" + path_part(invocation.argument(0)) + query_of(invocation, {"limit", "after"}),
                {{"SEQ", "seq", Form::number},
                 {"AT", "at"},
                 {"ASSET", "asset"},
                 {"AMOUNT", "amount", Form::number},
                 {"FROM", "debit"},
                 {"TO", "credit"},
                 {"REASON", "reason"}});
}

Answer admin_key_list(Invocation& invocation)
{
    Answer answer = show(invocation, "/admin/v1/keys", {{"KEY", "kid"}, {"NEWEST", "newest", Form::yes_no}});
    if (answer.document) answer.document->name_key = "kid";
    return answer;
}

Answer admin_audit_list(Invocation& invocation)
{
    std::string query = query_of(invocation, {"limit", "cursor", "actor", "target", "log"});
    if (const auto since = invocation.value("since")) {
        auto at = since_of(*since);
        if (Failure* failed = std::get_if<Failure>(&at)) return *failed;
        query += (query.empty() ? "?" : "&") + query_pair("since", std::get<std::string>(at));
    }
    return show(invocation, "/admin/v1/audit" + query,
                {{"SEQ", "seq", Form::number},
                 {"AUDIT", "id", Form::id},
                 {"AT", "at"},
                 {"ACTION", "action"},
                 {"OUTCOME", "outcome"},
                 {"ACTOR", "actor"},
                 {"TARGET", "target", Form::id},
                 {"REASON", "reason"},
                 {"COUNT", "count", Form::number},
                 {"SOURCE", "source", Form::text, true},
                 {"HASH", "hash", Form::text, true}});
}

Answer admin_audit_verify(Invocation& invocation)
{
    Answer answer = show(invocation, "/admin/v1/audit/verify", {});
    if (!answer.document) return answer;
    const json::object& object = answer.document->object;
    const bool intact = object.at("intact").as_bool();
    const std::string records(object.at("records").as_string());
    answer.document->text = intact ? fmt::format("intact   {} records\n", records)
                                   : fmt::format("BROKEN at record {}: {}\n", to_json_text(object.at("first_bad")),
                                                 std::string(object.at("reason").as_string()));
    answer.exit = intact ? 0 : 1;
    return answer;
}

} // namespace harvest::cli
