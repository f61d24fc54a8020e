// admin events and admin kafka consume: domain events, decoded, once or followed.
#include "cli/admin/client.hpp"
#include "cli/handlers.hpp"
#include "cli/terminal.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <thread>

namespace harvest::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void note_interrupt(int)
{
    interrupted = 1;
}

const std::vector<Column> event_columns{{"TIME", "time"},
                                        {"TYPE", "type"},
                                        {"PART", "partition", Form::number},
                                        {"OFFSET", "offset", Form::number},
                                        {"KEY", "key", Form::id},
                                        {"DATA", "data"},
                                        {"ID", "id", Form::text, true},
                                        {"SOURCE", "source", Form::text, true}};

// "-10m", "@-1h", "@1732320000000", RFC 3339: as RFC 3339.
std::optional<std::string> time_of(std::string text)
{
    if (text.starts_with('@')) text.erase(0, 1);
    if (parse_rfc3339(text)) return text;
    const auto now = std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
    if (text.starts_with('-')) {
        const Result<Millis> back = config::parse_duration(std::string_view(text).substr(1));
        if (!back) return std::nullopt;
        return to_rfc3339(now - *back);
    }
    std::int64_t epoch{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return to_rfc3339(Millis{epoch});
}

struct Reading {
    std::vector<std::string> topics;
    std::string common; // the query that all pages share
    std::string from = "start";
    std::size_t max = 100;
    bool follow = false;
};

std::string text_at(const json::object& object, std::string_view key)
{
    const json::value* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : "";
}

std::string line_of(const json::value& item, const std::string& format)
{
    if (format == "json" || format == "jsonl" || format == "yaml") return to_json_text(item) + '\n';
    const json::object& event = item.as_object();
    if (format == "name") return text_at(event, "id") + '\n';
    return fmt::format("{}  {:<34} {}:{:<8} {}  {}\n", text_at(event, "time"), text_at(event, "type"),
                       to_json_text(event.at("partition")), text_at(event, "offset"), short_id(text_at(event, "key")),
                       sanitized(to_json_text(event.at("data"))));
}

// Pages of every topic until there is nothing more, or for ever.
Answer read_all(Invocation& invocation, Reading reading)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    Document document;
    document.kind = "EventList";
    document.list = true;
    document.columns = event_columns;
    std::map<std::string, std::string> next;
    const std::string format = invocation.value_or("output", "table");
    if (reading.follow) std::signal(SIGINT, note_interrupt);
    for (bool first = true; first || reading.follow; first = false) {
        json::array page;
        for (const std::string& topic : reading.topics) {
            std::string query = "/admin/v1/events?" + query_pair("topic", topic) + reading.common;
            if (next.contains(topic))
                query += '&' + query_pair("cursor", next[topic]);
            else
                query += reading.from;
            query += fmt::format("&max={}", reading.max);
            auto body = std::get<AdminClient>(opened).get(query);
            if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
            json::object& answer = std::get<json::object>(body);
            next[topic] = text_at(answer, "next_cursor");
            for (json::value& item : answer.at("items").as_array()) page.push_back(std::move(item));
        }
        std::vector<json::value> sorted(page.begin(), page.end());
        std::ranges::stable_sort(sorted, {}, [](const json::value& item) { return text_at(item.as_object(), "time"); });
        if (!reading.follow) {
            const auto surplus = static_cast<std::ptrdiff_t>(sorted.size()) - static_cast<std::ptrdiff_t>(reading.max);
            const bool newest = reading.from.find("tail=") != std::string::npos;
            if (surplus > 0 && newest) sorted.erase(sorted.begin(), sorted.begin() + surplus);
            if (surplus > 0 && !newest) sorted.resize(reading.max);
            document.items = json::array(sorted.begin(), sorted.end());
            return document;
        }
        for (const json::value& item : sorted)
            if (!write_stdout(line_of(item, format)))
                return Failure{74, "io", "stdout cannot be written", "", "", false, {}};
        if (interrupted) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
        if (interrupted) break;
        auto again = open_admin(invocation); // each round has the whole --timeout
        if (Failure* failed = std::get_if<Failure>(&again)) return *failed;
        opened = std::move(again);
    }
    Answer answer;
    answer.exit = 130;
    return answer;
}

std::string common_query(const Invocation& invocation, std::string_view key_flag)
{
    std::string out;
    if (const auto type = invocation.value("type")) out += '&' + query_pair("type", *type);
    if (const auto key = invocation.value(key_flag)) out += '&' + query_pair("key", *key);
    return out;
}

std::size_t count_of(const Invocation& invocation, std::string_view flag, std::size_t otherwise)
{
    const auto text = invocation.value(flag);
    return text ? static_cast<std::size_t>(std::stoull(*text)) : otherwise;
}

} // namespace

Answer admin_events(Invocation& invocation)
{
    Reading reading;
    reading.topics = {"harvest.user", "harvest.game", "harvest.chat", "harvest.system"};
    const std::string type = invocation.value_or("type", "");
    if (type.starts_with("battle") || type.starts_with("harvest.battle")) reading.topics = {"harvest.battle"};
    reading.common = common_query(invocation, "player");
    reading.follow = invocation.has("follow");
    reading.max = count_of(invocation, "limit", 100);
    reading.from = fmt::format("&tail={}", reading.max);
    if (const auto since = invocation.value("since")) {
        const auto at =
            time_of(since->starts_with('-') || since->find('T') != std::string::npos ? *since : "-" + *since);
        if (!at)
            return usage_failure(fmt::format("'{}' is no time", *since),
                                 "like -10m, @1732320000000 or 2026-11-23T01:00:00Z", "type: --since -10m");
        reading.from = '&' + query_pair("since", *at);
    }
    // A topic without events yet is no fault here.
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    auto body = std::get<AdminClient>(opened).get("/admin/v1/topics");
    if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
    std::vector<std::string> there;
    for (const json::value& item : std::get<json::object>(body).at("items").as_array())
        there.push_back(text_at(item.as_object(), "topic"));
    std::erase_if(reading.topics,
                  [&](const std::string& topic) { return std::ranges::find(there, topic) == there.end(); });
    return read_all(invocation, std::move(reading));
}

Answer admin_kafka_consume(Invocation& invocation)
{
    Reading reading;
    reading.topics = {invocation.argument(0)};
    reading.common = common_query(invocation, "key");
    reading.follow = invocation.has("follow");
    reading.max = count_of(invocation, "max", 100);
    const std::string from = invocation.value_or("from", "start");
    if (from == "start")
        reading.from = "&offset=0";
    else if (from == "end")
        reading.from = "&tail=0";
    else if (from.starts_with('@')) {
        const auto at = time_of(from);
        if (!at)
            return usage_failure(fmt::format("'{}' is no time", from), "like @-1h or @2026-11-23T01:00:00Z",
                                 "type: --from @-1h");
        reading.from = '&' + query_pair("since", *at);
    } else if (from.starts_with('-'))
        reading.from = "&tail=" + from.substr(1);
    else
        reading.from = "&offset=" + from;
    return read_all(invocation, std::move(reading));
}

} // namespace harvest::cli
