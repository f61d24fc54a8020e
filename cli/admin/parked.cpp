// admin kafka parked: what was set aside, put back on its topic or dropped.
#include "cli/admin/consent.hpp"
#include "cli/admin/eventlog.hpp"
#include "cli/admin/pace.hpp"
#include "cli/handlers.hpp"
#include "common/base/encoding.hpp"
#include "common/protocol/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>

namespace harvest::cli {
namespace {

constexpr std::size_t most_records = 500; // what one request of the admin API carries

// Bytes as text where they are text, else as they were kept.
json::value readable(const std::string& base64url)
{
    const Result<Bytes> bytes = from_base64url(base64url);
    if (!bytes) return json::value(base64url);
    const std::string text(bytes->begin(), bytes->end());
    const bool plain =
        std::ranges::all_of(text, [](char c) { return c == '\n' || c == '\t' || (c >= ' ' && c <= '~'); });
    return json::value(plain ? text : "base64url:" + base64url);
}

json::object parked_item(const json::object& event)
{
    const json::object& data = event.at("data").as_object();
    json::object item;
    item["id"] = event.at("id");
    item["topic"] = data.at("topic");
    item["partition"] = data.at("partition");
    item["offset"] = to_json_text(data.at("offset"));
    item["reason"] = data.at("reason");
    item["group"] = data.at("group");
    item["time"] = event.at("time");
    item["state"] = "parked";
    item["key"] = readable(text_at(data, "key"));
    item["value"] = readable(text_at(data, "value"));
    return item;
}

// What was set aside, and by its id what became of it.
struct ParkedPages {
    json::array items;
    std::map<std::string, std::string> outcomes;

    void take(const json::object& event)
    {
        if (text_at(event, "type") == protocol::event_type::parked)
            items.push_back(parked_item(event));
        else if (text_at(event, "type") == protocol::event_type::parked_settled) {
            const json::object& data = event.at("data").as_object();
            std::string& outcome = outcomes[text_at(data, "record")];
            if (outcome != "redriven") outcome = text_at(data, "outcome");
        }
    }
    json::array settled() &&
    {
        for (json::value& item : items)
            if (const auto found = outcomes.find(text_at(item.as_object(), "id")); found != outcomes.end())
                item.as_object()["state"] = found->second;
        return std::move(items);
    }
};

// Everything in the topics of what was set aside, or in that of one topic.
std::variant<json::array, Failure> parked_items(AdminClient& client, const Invocation& invocation)
{
    auto listed = client.get("/admin/v1/topics");
    if (Failure* failed = std::get_if<Failure>(&listed)) return *failed;
    std::vector<std::string> topics;
    for (const json::value& each : std::get<json::object>(listed).at("items").as_array()) {
        const std::string topic = text_at(each.as_object(), "topic");
        const std::string only = invocation.value_or("topic", "");
        if (!topic.ends_with(".parked") || (!only.empty() && topic != only + ".parked")) continue;
        if (std::ranges::find(topics, topic) == topics.end()) topics.push_back(topic);
    }
    ParkedPages pages;
    for (const std::string& topic : topics) {
        std::string cursor;
        for (bool at_end = false; !at_end;) {
            const std::string where = cursor.empty() ? "&offset=0" : '&' + query_pair("cursor", cursor);
            auto body = client.get("/admin/v1/events?max=1000&" + query_pair("topic", topic) + where);
            if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
            const json::object& answer = std::get<json::object>(body);
            for (const json::value& each : answer.at("items").as_array()) pages.take(each.as_object());
            cursor = text_at(answer, "next_cursor");
            at_end = answer.at("at_end").as_bool();
        }
    }
    return std::move(pages).settled();
}

std::variant<json::array, Failure> parked_items(const Invocation& invocation)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    return parked_items(std::get<AdminClient>(opened), invocation);
}

// As --state and --reason-like choose.
bool is_chosen(const json::object& item, const std::string& state, const Invocation& invocation)
{
    return (state == "all" || text_at(item, "state") == state) &&
           text_at(item, "reason").find(invocation.value_or("reason-like", "")) != std::string::npos;
}

// The ids that the command names: as arguments, by - from stdin, or by --topic, --reason-like, --all.
std::variant<std::vector<std::string>, Failure> chosen_ids(AdminClient& client, const Invocation& invocation)
{
    std::vector<std::string> ids;
    for (const std::string& argument : invocation.arguments) {
        if (argument != "-") {
            ids.push_back(argument);
            continue;
        }
        for (std::string line; std::getline(std::cin, line);)
            if (!line.empty()) ids.push_back(line);
    }
    const bool by_flags = invocation.has("topic") || invocation.has("reason-like") || invocation.has("all");
    if (by_flags != invocation.arguments.empty())
        return usage_failure(
            fmt::format("'{}' needs ids, or one of --topic, --reason-like, --all", invocation.command->path),
            "ids are as `parked list -o name` gives them; - takes them from stdin",
            "see them: harvestctl admin kafka parked list");
    if (!by_flags) return ids;
    auto found = parked_items(client, invocation);
    if (Failure* failed = std::get_if<Failure>(&found)) return *failed;
    for (const json::value& item : std::get<json::array>(found))
        if (is_chosen(item.as_object(), "parked", invocation)) ids.push_back(text_at(item.as_object(), "id"));
    return ids;
}

std::optional<Failure> check_count(const Invocation& invocation, std::size_t count)
{
    if (count == 0)
        return Failure{66,
                       "not_found",
                       "nothing is parked that was asked for",
                       "",
                       "see all: harvestctl admin kafka parked list --state all",
                       false,
                       {}};
    const std::size_t most =
        std::min<std::size_t>(std::stoull(invocation.value_or("max-affected", "50")), most_records);
    if (count <= most) return std::nullopt;
    return Failure{4,
                   "declined",
                   fmt::format("{} records are more than {}", count, most),
                   fmt::format("so many at once are refused; {} is the most", most_records),
                   "choose fewer, or add: --max-affected N",
                   false,
                   {}};
}

json::object body_of(const Invocation& invocation, std::span<const std::string> ids, bool dry)
{
    json::object body{{"reason", invocation.value_or("reason", "")}, {"dry_run", dry}};
    body["records"] = json::array(ids.begin(), ids.end());
    if (const auto ticket = invocation.value("ticket")) body["ticket"] = *ticket;
    if (const auto type = invocation.value("type")) body["type"] = *type;
    if (const auto most = invocation.value("max-replays")) body["max_replays"] = std::stoll(*most);
    return body;
}

Failure told(Failure failure)
{
    if (failure.code == "conflict") {
        failure.exit = 4;
        failure.why = "what was dealt with stays so";
        failure.hint = "see them: harvestctl admin kafka parked list --state all";
    }
    if (failure.code == "not_found") failure.hint = "see all: harvestctl admin kafka parked list";
    return failure;
}

// In batches, as --rate has it. What was left out for a fault makes the answer 2.
Answer deal_with(AdminClient& client, const Invocation& invocation, const std::string& path,
                 const std::vector<std::string>& ids, std::int64_t refused)
{
    Pace pace(invocation);
    if (auto failed = pace.check(ids.size(), client.left())) return *failed;
    json::object done;
    std::int64_t records = 0;
    for (std::size_t at = 0; at < ids.size();) {
        pace.wait(at, ids.size());
        const std::size_t count = std::min(pace.batch(most_records), ids.size() - at);
        auto answer = client.post(path, json::serialize(body_of(invocation, std::span(ids).subspan(at, count), false)));
        at += count;
        if (Failure* failed = std::get_if<Failure>(&answer)) {
            if (failed->code == "conflict") continue; // all of this batch are left out, as the plan says
            failed->message += fmt::format("; {} records were dealt with before", records);
            failed->hint = "do the same again: each counts once";
            return *failed;
        }
        done = std::move(std::get<json::object>(answer));
        records += done.at("affected").as_object().at("records").to_number<std::int64_t>();
    }
    if (records == 0)
        return told(Failure{4, "conflict", "nothing to do: all were dealt with meanwhile", "", "", false, {}});
    done["affected"] = json::object{{"records", records}, {"refused", refused}};
    return {done_document(std::move(done)), refused > 0 ? 2 : 0};
}

Answer settle(Invocation& invocation, const std::string& path)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    auto chosen = chosen_ids(client, invocation);
    if (Failure* failed = std::get_if<Failure>(&chosen)) return *failed;
    const auto& ids = std::get<std::vector<std::string>>(chosen);
    if (auto failed = check_count(invocation, ids.size())) return *failed;
    json::object dry = body_of(invocation, ids, true);
    if (const auto wanted = invocation.value("plan")) dry["plan"] = *wanted;
    auto planned = client.plan(path, std::move(dry));
    if (Failure* failed = std::get_if<Failure>(&planned)) return told(*failed);
    json::object& plan = std::get<json::object>(planned);
    if (invocation.has("dry-run")) return plan_document(std::move(plan), client);
    if (auto refused = consent(invocation, client, plan)) return *refused;
    const auto refused = plan.at("affects").as_object().at("refused").to_number<std::int64_t>();
    return deal_with(client, invocation, path, ids, refused);
}

} // namespace

Answer admin_kafka_parked_list(Invocation& invocation)
{
    auto found = parked_items(invocation);
    if (Failure* failed = std::get_if<Failure>(&found)) return *failed;
    Document document;
    document.kind = "ParkedList";
    document.list = true;
    document.columns = {{"TIME", "time"},
                        {"TOPIC", "topic"},
                        {"PART", "partition", Form::number},
                        {"OFFSET", "offset", Form::number},
                        {"REASON", "reason"},
                        {"GROUP", "group"},
                        {"STATE", "state"},
                        {"ID", "id"},
                        {"KEY", "key", Form::text, true}};
    document.items = std::move(std::get<json::array>(found));
    const std::string state = invocation.value_or("state", "parked");
    json::array kept;
    for (json::value& item : document.items)
        if (is_chosen(item.as_object(), state, invocation)) kept.push_back(std::move(item));
    document.items = std::move(kept);
    return document;
}

Answer admin_kafka_parked_show(Invocation& invocation)
{
    const std::string id = invocation.argument(0);
    auto found = parked_items(invocation);
    if (Failure* failed = std::get_if<Failure>(&found)) return *failed;
    for (json::value& item : std::get<json::array>(found)) {
        if (text_at(item.as_object(), "id") != id) continue;
        Document document;
        document.kind = "Parked";
        document.object = std::move(item.as_object());
        return document;
    }
    return Failure{66,
                   "not_found",
                   fmt::format("nothing is parked under '{}'", id),
                   "an id is like parked:harvest.game:2:88119",
                   "see all: harvestctl admin kafka parked list",
                   false,
                   {}};
}

Answer admin_kafka_parked_redrive(Invocation& invocation)
{
    return settle(invocation, "/admin/v1/parked/redrive");
}

Answer admin_kafka_parked_drop(Invocation& invocation)
{
    return settle(invocation, "/admin/v1/parked/drop");
}

} // namespace harvest::cli
