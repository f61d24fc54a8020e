// admin kafka: topics, groups, lag, and what was set aside.
#include "cli/admin/client.hpp"
#include "cli/admin/eventlog.hpp"
#include "cli/handlers.hpp"
#include "common/base/encoding.hpp"
#include "common/base/suggest.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::cli {
namespace {

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
    item["key"] = readable(text_at(data, "key"));
    item["value"] = readable(text_at(data, "value"));
    return item;
}

// Everything in the topics of what was set aside, or in that of one topic.
std::variant<json::array, Failure> parked_items(Invocation& invocation)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    auto listed = client.get("/admin/v1/topics");
    if (Failure* failed = std::get_if<Failure>(&listed)) return *failed;
    std::vector<std::string> topics;
    for (const json::value& each : std::get<json::object>(listed).at("items").as_array()) {
        const std::string topic = text_at(each.as_object(), "topic");
        const std::string only = invocation.value_or("topic", "");
        if (!topic.ends_with(".parked") || (!only.empty() && topic != only + ".parked")) continue;
        if (std::ranges::find(topics, topic) == topics.end()) topics.push_back(topic);
    }
    json::array items;
    for (const std::string& topic : topics) {
        std::string cursor;
        for (bool at_end = false; !at_end;) {
            const std::string where = cursor.empty() ? "&offset=0" : '&' + query_pair("cursor", cursor);
            auto body = client.get("/admin/v1/events?max=1000&" + query_pair("topic", topic) + where);
            if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
            const json::object& answer = std::get<json::object>(body);
            for (const json::value& each : answer.at("items").as_array())
                items.push_back(parked_item(each.as_object()));
            cursor = text_at(answer, "next_cursor");
            at_end = answer.at("at_end").as_bool();
        }
    }
    return items;
}

} // namespace

Answer admin_kafka_topics(Invocation& invocation)
{
    return named(show(invocation, "/admin/v1/topics",
                      {{"TOPIC", "topic"},
                       {"PART", "partition", Form::number},
                       {"FIRST", "first", Form::number},
                       {"END", "end", Form::number},
                       {"MESSAGES", "messages", Form::number}}),
                 "topic");
}

Answer admin_kafka_describe(Invocation& invocation)
{
    const std::string topic = invocation.argument(0);
    Answer answer = named(show(invocation, "/admin/v1/topics/" + path_segment(topic),
                               {{"TOPIC", "topic"},
                                {"PART", "partition", Form::number},
                                {"LEADER", "leader"},
                                {"REPLICAS", "replicas", Form::number},
                                {"IN SYNC", "in_sync", Form::number},
                                {"FIRST", "first", Form::number},
                                {"END", "end", Form::number},
                                {"MESSAGES", "messages", Form::number},
                                {"KEPT", "retention_seconds", Form::kept}}),
                          "topic");
    if (answer.failure) answer.failure = about_topic(std::move(*answer.failure), invocation, topic);
    return answer;
}

Answer admin_kafka_groups(Invocation& invocation)
{
    return named(show(invocation, "/admin/v1/groups",
                      {{"GROUP", "group"},
                       {"STATE", "state"},
                       {"READERS", "readers", Form::number},
                       {"PARTS", "partitions", Form::number},
                       {"LAG", "lag_messages", Form::number},
                       {"OWNERS", "owners"}}),
                 "group");
}

Answer admin_kafka_lag(Invocation& invocation)
{
    const Millis interval = config::parse_duration(invocation.value_or("interval", "1s")).value();
    if (interval <= Millis{} || interval > Millis{5'000})
        return usage_failure("--interval is 1ms to 5s", "rates are measured over so long", "type: --interval 2s");
    const std::string stuck = invocation.has("stuck-only") ? "&stuck=1" : "";
    return named(show(invocation, fmt::format("/admin/v1/lags?interval_ms={}{}", interval.count(), stuck),
                      {{"GROUP", "group"},
                       {"TOPIC", "topic"},
                       {"PART", "partition", Form::number},
                       {"COMMITTED", "committed", Form::number},
                       {"END", "end", Form::number},
                       {"LAG", "lag_messages", Form::number},
                       {"IN/S", "in_per_second", Form::number},
                       {"OUT/S", "out_per_second", Form::number},
                       {"ETA", "eta_seconds", Form::eta},
                       {"OWNER", "owner"}}),
                 "group");
}

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
                        {"ID", "id"},
                        {"KEY", "key", Form::text, true}};
    document.items = std::move(std::get<json::array>(found));
    const std::string reason = invocation.value_or("reason-like", "");
    json::array kept;
    for (json::value& item : document.items)
        if (text_at(item.as_object(), "reason").find(reason) != std::string::npos) kept.push_back(std::move(item));
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

} // namespace harvest::cli
