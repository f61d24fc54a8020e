// admin tournament: opens tournaments, begins and ends them, and what a judge decides.
#include "cli/admin/consent.hpp"
#include "cli/handlers.hpp"

#include <fmt/format.h>

#include <charconv>

namespace harvest::cli {
namespace {

std::string tournament_path(const Invocation& invocation)
{
    return "/admin/v1/tournaments/" + path_part(invocation.argument(0));
}

std::string shown(const json::object& object, std::string_view key)
{
    const json::value* value = object.if_contains(key);
    if (!value) return "";
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::string player_text(const json::object& table, const std::string& seat)
{
    const std::string name = shown(table, seat + "_name");
    return name.empty() ? shown(table, seat) : name;
}

// The standings and the pairings under the tournament's own fields.
std::string tournament_text(const json::object& tournament)
{
    std::string out;
    for (const std::string_view key : {"id", "name", "made_from", "format", "state", "round", "rounds", "players",
                                       "created_at", "started_at", "round_until", "ended_at"})
        if (const std::string value = shown(tournament, key); !value.empty())
            out += fmt::format("{:<14} {}\n", key, value);
    const json::value *standings = tournament.if_contains("standings"), *pairings = tournament.if_contains("pairings");
    if (standings && standings->is_array() && !standings->get_array().empty()) {
        out += fmt::format("\n{:>5} {:<20} {:>6} {:>9} {:>8} {:>6}\n", "PLACE", "PLAYER", "POINTS", "W-D-L", "BUCHHOLZ",
                           "OPP%");
        for (const json::value& each : standings->get_array()) {
            const json::object& row = each.as_object();
            const std::string record = shown(row, "wins") + "-" + shown(row, "draws") + "-" + shown(row, "losses");
            const std::string name = shown(row, "name");
            const bool dropped = shown(row, "dropped") == "true";
            const json::value* rate = row.if_contains("opponents_win_rate");
            const double percent = rate && rate->is_int64() ? static_cast<double>(rate->get_int64()) / 10 : 0.0;
            out += fmt::format("{:>5} {:<20} {:>6} {:>9} {:>8} {:>6.1f}{}\n", shown(row, "place"),
                               name.empty() ? shown(row, "player") : name, shown(row, "points"), record,
                               shown(row, "buchholz"), percent, dropped ? "  (dropped)" : "");
        }
    }
    if (!pairings || !pairings->is_array() || pairings->get_array().empty()) return out;
    out += fmt::format("\n{:>5} {:>5} {:<42} {:<10} {}\n", "ROUND", "TABLE", "PLAYERS", "OUTCOME", "BY");
    for (const json::value& each : pairings->get_array()) {
        const json::object& row = each.as_object();
        const bool bye = shown(row, "second").empty();
        const std::string players = player_text(row, "first") + (bye ? "" : " - " + player_text(row, "second"));
        out += fmt::format("{:>5} {:>5} {:<42} {:<10} {}\n", shown(row, "round"), shown(row, "table"), players,
                           bye ? "bye" : shown(row, "outcome"), bye ? "" : shown(row, "decided_by"));
    }
    return out;
}

// The flags that are whole numbers, under the names of the request. Nothing, or what is wrong.
std::optional<Failure> put_numbers(const Invocation& invocation, json::object& request,
                                   std::initializer_list<std::pair<std::string_view, std::string_view>> flags)
{
    for (const auto& [flag, key] : flags) {
        const std::optional<std::string> text = invocation.value(flag);
        if (!text) continue;
        std::int64_t number{};
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
        if (error != std::errc{} || end != text->data() + text->size() || number < 1)
            return usage_failure(fmt::format("--{} is {}", flag, *text), "it is a whole number from 1",
                                 fmt::format("give: --{} 4", flag));
        request[key] = number;
    }
    return std::nullopt;
}

std::optional<Failure> needs(const Invocation& invocation, std::string_view flag, std::string_view why,
                             std::string_view what)
{
    if (invocation.has(flag)) return std::nullopt;
    return usage_failure(fmt::format("'{}' needs --{}", invocation.command->path, flag), std::string(why),
                         fmt::format("add: --{} {}", flag, what));
}

json::object with_reason(const Invocation& invocation)
{
    return {{"reason", invocation.value_or("reason", "")}};
}

} // namespace

Answer admin_tournament_list(Invocation& invocation)
{
    std::string query;
    for (const std::string_view flag : {"state", "limit", "cursor"})
        if (const auto value = invocation.value(flag)) query += (query.empty() ? "?" : "&") + query_pair(flag, *value);
    return show(invocation, "/admin/v1/tournaments" + query,
                {{"TOURNAMENT", "id", Form::id},
                 {"NAME", "name"},
                 {"FORMAT", "format"},
                 {"STATE", "state"},
                 {"ROUND", "round", Form::number},
                 {"ROUNDS", "rounds", Form::number},
                 {"PLAYERS", "players", Form::number},
                 {"AGE", "created_at", Form::age_of},
                 {"ID", "id", Form::text, true},
                 {"TEMPLATE", "made_from", Form::text, true}});
}

Answer admin_tournament_get(Invocation& invocation)
{
    Answer answer = show(invocation, tournament_path(invocation), {});
    if (answer.document) answer.document->text = tournament_text(answer.document->object);
    return answer;
}

Answer admin_tournament_create(Invocation& invocation)
{
    json::object request = with_reason(invocation);
    request["made_from"] = invocation.argument(0);
    if (const auto name = invocation.value("name")) request["name"] = *name;
    const auto wrong = put_numbers(invocation, request,
                                   {{"rounds", "rounds"},
                                    {"round-minutes", "round_minutes"},
                                    {"min-players", "min_players"},
                                    {"max-players", "max_players"}});
    if (wrong) return *wrong;
    return change(invocation, "/admin/v1/tournaments", std::move(request));
}

Answer admin_tournament_start(Invocation& invocation)
{
    return change(invocation, tournament_path(invocation) + "/start", with_reason(invocation));
}

Answer admin_tournament_end(Invocation& invocation)
{
    return change(invocation, tournament_path(invocation) + "/end", with_reason(invocation));
}

Answer admin_tournament_drop(Invocation& invocation)
{
    json::object request = with_reason(invocation);
    request["player"] = invocation.argument(1);
    return change(invocation, tournament_path(invocation) + "/drop", std::move(request));
}

Answer admin_tournament_override(Invocation& invocation)
{
    if (const auto wrong = needs(invocation, "round", "a table is one of a round", "1")) return *wrong;
    if (const auto wrong = needs(invocation, "table", "it decides one table", "3")) return *wrong;
    if (const auto wrong = needs(invocation, "outcome", "a judge says who won", "first")) return *wrong;
    json::object request = with_reason(invocation);
    if (const auto wrong = put_numbers(invocation, request, {{"round", "round"}, {"table", "table"}})) return *wrong;
    request["outcome"] = invocation.value_or("outcome", "");
    return change(invocation, tournament_path(invocation) + "/override", std::move(request));
}

} // namespace harvest::cli
