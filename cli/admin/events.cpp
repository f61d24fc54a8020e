// admin events and admin kafka consume: domain events, decoded, once or followed.
#include "common/protocol/events.hpp"

#include "cli/admin/client.hpp"
#include "cli/admin/event_format.hpp"
#include "cli/admin/eventlog.hpp"
#include "cli/handlers.hpp"
#include "cli/terminal.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
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

struct Reading {
    std::vector<std::string> topics;
    std::string common; // the query that all pages share
    std::string from = "&offset=0", to;
    std::optional<std::size_t> max = 100; // none: all there is
    bool follow = false;
    std::optional<EventFormat> format;       // instead of a table
    std::map<std::string, std::string> next; // cursor of each topic
};

std::string line_of(const json::value& item, const std::string& format, const std::optional<EventFormat>& own)
{
    if (own) return own->write(item.as_object());
    if (format == "json" || format == "jsonl" || format == "yaml") return to_json_text(item) + '\n';
    const json::object& event = item.as_object();
    if (format == "name") return text_at(event, "id") + '\n';
    return fmt::format("{}  {:<34} {}:{:<8} {}  {}\n", text_at(event, "time"), text_at(event, "type"),
                       to_json_text(event.at("partition")), text_at(event, "offset"), short_id(text_at(event, "key")),
                       sanitized(to_json_text(event.at("data"))));
}

struct Page {
    std::vector<json::value> items;
    bool at_end = false;
};

std::variant<Page, Failure> read_page(AdminClient& client, const Invocation& invocation, Reading& reading,
                                      const std::string& topic)
{
    std::string query = "/admin/v1/events?" + query_pair("topic", topic) + reading.common;
    query += reading.next.contains(topic) ? '&' + query_pair("cursor", reading.next[topic]) : reading.from;
    if (!reading.to.empty()) query += '&' + query_pair("to", reading.to);
    query += fmt::format("&max={}", std::min<std::size_t>(reading.max.value_or(1'000), 1'000));
    auto body = client.get(query);
    if (Failure* failed = std::get_if<Failure>(&body)) return about_topic(std::move(*failed), invocation, topic);
    json::object& answer = std::get<json::object>(body);
    reading.next[topic] = text_at(answer, "next_cursor");
    if (!reading.follow && reading.to.empty() && reading.topics.size() == 1) reading.to = text_at(answer, "ends");
    Page page;
    page.at_end = answer.at("at_end").as_bool();
    for (json::value& item : answer.at("items").as_array()) page.items.push_back(std::move(item));
    return page;
}

// By time, but in the order of its partition.
void put_in_order(std::vector<json::value>& items)
{
    std::map<std::string, std::string> latest; // of each partition
    std::vector<std::pair<std::string, std::size_t>> order;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const json::object& event = items[i].as_object();
        std::string& time = latest[text_at(event, "topic") + ':' + to_json_text(event.at("partition"))];
        time = std::max(time, text_at(event, "time"));
        order.emplace_back(time, i);
    }
    std::ranges::sort(order);
    std::vector<json::value> sorted;
    for (const auto& [time, index] : order) sorted.push_back(std::move(items[index]));
    items = std::move(sorted);
}

// Every topic until there is nothing more, or enough.
Answer read_once(Invocation& invocation, Reading reading)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    Document document;
    document.kind = "EventList";
    document.list = true;
    document.columns = event_columns;
    std::vector<json::value> all;
    for (const std::string& topic : reading.topics) {
        std::size_t count = 0;
        for (bool at_end = false; !at_end && (!reading.max || count < *reading.max);) {
            auto page = read_page(std::get<AdminClient>(opened), invocation, reading, topic);
            if (Failure* failed = std::get_if<Failure>(&page)) return *failed;
            at_end = std::get<Page>(page).at_end;
            for (json::value& item : std::get<Page>(page).items) all.push_back(std::move(item));
            count += std::get<Page>(page).items.size();
        }
    }
    put_in_order(all);
    const std::size_t most = reading.max.value_or(all.size());
    const auto surplus = static_cast<std::ptrdiff_t>(all.size()) - static_cast<std::ptrdiff_t>(most);
    const bool newest = reading.from.find("tail=") != std::string::npos;
    if (surplus > 0 && newest) all.erase(all.begin(), all.begin() + surplus);
    if (surplus > 0 && !newest) all.resize(most);
    document.items = json::array(all.begin(), all.end());
    if (!reading.format) return document;
    document.text.emplace();
    for (const json::value& item : all) *document.text += reading.format->write(item.as_object());
    return document;
}

// Line by line as they come, for ever or until there were enough.
Answer follow(Invocation& invocation, Reading reading)
{
    const std::string format = invocation.value_or("output", "table");
    std::signal(SIGINT, note_interrupt);
    Answer answer;
    for (std::size_t printed = 0; !interrupted;) {
        auto opened = open_admin(invocation); // each round has the whole --timeout
        if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
        std::vector<json::value> items;
        for (const std::string& topic : reading.topics) {
            auto page = read_page(std::get<AdminClient>(opened), invocation, reading, topic);
            if (Failure* failed = std::get_if<Failure>(&page)) return *failed;
            for (json::value& item : std::get<Page>(page).items) items.push_back(std::move(item));
        }
        put_in_order(items);
        for (const json::value& item : items) {
            if (!write_stdout(line_of(item, format, reading.format)))
                return Failure{74, "io", "stdout cannot be written", "", "", false, {}};
            if (reading.max && ++printed == *reading.max) return answer;
        }
        for (int wait = 0; wait < 5 && !interrupted; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    answer.exit = 130;
    return answer;
}

Answer read_all(Invocation& invocation, Reading reading)
{
    return reading.follow ? follow(invocation, std::move(reading)) : read_once(invocation, std::move(reading));
}

std::string common_query(const Invocation& invocation, std::string_view key_flag)
{
    std::string out;
    if (const auto type = invocation.value("type")) out += '&' + query_pair("type", *type);
    if (const auto key = invocation.value(key_flag)) out += '&' + query_pair("key", *key);
    if (invocation.has("where"))
        out += '&' + query_pair("where", fmt::format("{}", fmt::join(invocation.values("where"), "\n")));
    return out;
}

bool is_offset(std::string_view text)
{
    return !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Failure no_place(std::string_view flag, const std::string& text, const char* like)
{
    return usage_failure(fmt::format("--{} takes a place in the topic, not '{}'", flag, text), like,
                         fmt::format("type: --{} @-1h", flag));
}

// --from and --to as parts of the query.
std::optional<Failure> place(const Invocation& invocation, Reading& reading)
{
    constexpr const char* starts = "one of start, end, -N, OFFSET, @-5m, @TIME";
    const std::string from = invocation.value_or("from", "start");
    if (from == "end")
        reading.from = "&tail=0";
    else if (from.starts_with('-') && is_offset(std::string_view(from).substr(1)))
        reading.from = "&tail=" + from.substr(1);
    else if (is_offset(from))
        reading.from = "&offset=" + from;
    else if (const auto at = from.starts_with('@') ? time_of(from) : std::nullopt)
        reading.common += '&' + query_pair("since", *at);
    else if (from != "start")
        return no_place("from", from, starts);
    const std::string to = invocation.value_or("to", "end");
    if (is_offset(to))
        reading.to = to;
    else if (const auto at = to.starts_with('@') ? time_of(to) : std::nullopt)
        reading.common += '&' + query_pair("until", *at);
    else if (to != "end")
        return no_place("to", to, "one of end, OFFSET, @-5m, @TIME; what stands there is left out");
    return std::nullopt;
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
    // Each slot's once a minute would drown the rest.
    if (type.find("daemon") == std::string::npos)
        reading.common += '&' + query_pair("without", protocol::event_type::daemon_sampled);
    reading.follow = invocation.has("follow");
    reading.max = count_of(invocation, "limit", 100);
    reading.from = fmt::format("&tail={}", *reading.max);
    if (const auto since = invocation.value("since")) {
        auto at = since_of(*since);
        if (Failure* failed = std::get_if<Failure>(&at)) return *failed;
        reading.from = "&offset=0";
        reading.common += '&' + query_pair("since", std::get<std::string>(at));
    }
    if (reading.follow) reading.max.reset();
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
    for (const std::string& condition : invocation.values("where"))
        if (const std::size_t sign = condition.find('='); sign == std::string::npos || sign == 0)
            return usage_failure(
                fmt::format("'{}' is no condition", condition),
                "FIELD=VALUE or FIELD!=VALUE; a field as -o json shows it, with data. before or without",
                "type: --where winner=1");
    const bool to_end = invocation.has("exit-at-end");
    if (reading.follow && (to_end || invocation.has("to")))
        return usage_failure("--follow does not go with --to and --exit-at-end", "it goes on for ever",
                             "leave --follow out");
    if (const auto text = invocation.value("format")) {
        reading.format = EventFormat::parse(*text);
        if (!reading.format)
            return usage_failure(
                fmt::format("'{}' is no format of an event", *text),
                "%d time, %t topic, %p partition, %o offset, %k key, %y type, %i id, %s source, %v data",
                "type: --format '%d %p:%o %k %v\\n'");
    }
    if (reading.follow || to_end) reading.max.reset();
    if (invocation.has("max")) reading.max = count_of(invocation, "max", 100);
    if (auto failed = place(invocation, reading)) return *failed;
    return read_all(invocation, std::move(reading));
}

} // namespace harvest::cli
