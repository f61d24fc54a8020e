// The event log for people: topics, lag, and events decoded. The same on the embedded log and on Kafka.
#include "cli/api/admin_api.hpp"
#include "common/base/suggest.hpp"
#include "common/protocol/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace harvest::cli::api {
namespace {

bool fits(std::string_view pattern, std::string_view text)
{
    if (pattern.empty()) return true;
    if (pattern.ends_with('*'))
        return text.starts_with(pattern.substr(0, pattern.size() - 1)) ||
               text.starts_with("harvest." + std::string(pattern.substr(0, pattern.size() - 1)));
    return text == pattern || text == "harvest." + std::string(pattern);
}

EventItem item_of(const StoredEvent& stored)
{
    EventItem item;
    item.id = stored.event.id.value;
    item.type = stored.event.type;
    item.topic = stored.topic;
    item.partition = stored.partition;
    item.offset = {stored.offset};
    item.key = stored.event.subject;
    item.source = stored.event.source;
    item.time = to_rfc3339(stored.event.time);
    item.traceparent = stored.event.traceparent;
    item.data.text = stored.event.data;
    return item;
}

} // namespace

AsyncResult<std::string> list_topics(const World& world, Call& call)
{
    const auto topics = co_await world.log.topics(call.by);
    if (!topics) co_return topics.error();
    std::vector<TopicItem> items;
    for (const TopicInfo& topic : *topics)
        items.push_back({topic.topic,
                         topic.partition,
                         {topic.first_offset},
                         {topic.end_offset},
                         {topic.end_offset - topic.first_offset}});
    std::string text = list_body("TopicList", items);
    co_return text;
}

AsyncResult<std::string> list_lags(const World& world, Call& call)
{
    const auto lags = co_await world.log.lags(call.by);
    if (!lags) co_return lags.error();
    std::vector<LagItem> items;
    for (const GroupLag& lag : *lags)
        items.push_back({lag.group,
                         lag.topic,
                         lag.partition,
                         {lag.committed_offset},
                         {lag.end_offset},
                         lag.end_offset - lag.committed_offset});
    std::string text = list_body("LagList", items);
    co_return text;
}

namespace {

// What of one partition is wanted, from where on.
struct Search {
    std::string topic, key, type;
    Millis since{};
    std::size_t max{};
};

bool wanted(const Search& search, const StoredEvent& stored)
{
    return stored.event.time >= search.since && fits(search.type, stored.event.type);
}

// Appends what is found and moves `next` past it. A page of the log holds all partitions in order of position, so the
// last position of a full page may be cut and is read again.
AsyncResult<void> search_partition(const World& world, const Search& search, std::int32_t partition, std::int64_t& next,
                                   std::vector<EventItem>& items, Deadline by)
{
    constexpr std::size_t page_size = 1'000;
    std::size_t taken = 0;
    for (int page = 0; page < 50; ++page) {
        const auto found = co_await world.log.read(search.topic, search.key, next, page_size, by);
        if (!found) co_return found.error();
        const bool full = found->size() == page_size;
        const std::int64_t cut = full ? found->back().offset : INT64_MAX;
        for (const StoredEvent& stored : *found) {
            if (stored.partition != partition || stored.offset >= cut) continue;
            if (taken == search.max) co_return Result<void>{};
            next = stored.offset + 1;
            if (!wanted(search, stored)) continue;
            items.push_back(item_of(stored));
            ++taken;
        }
        if (!full) break;
        next = std::max(next, search.key.empty() ? cut : next);
    }
    co_return Result<void>{};
}

// "12,0,7": one offset a partition.
std::int64_t part_of(const std::string& cursor, std::int32_t partition, std::int64_t otherwise)
{
    std::size_t at = 0;
    for (std::int32_t i = 0; i < partition && at != std::string::npos; ++i) {
        at = cursor.find(',', at);
        if (at != std::string::npos) ++at;
    }
    if (at == std::string::npos || at >= cursor.size()) return otherwise;
    std::int64_t value{};
    const auto [end, error] = std::from_chars(cursor.data() + at, cursor.data() + cursor.size(), value);
    return error == std::errc{} && value >= 0 ? value : otherwise;
}

} // namespace

// ?topic=&offset=|tail=|cursor=&max=&key=&type=&since=: events of every partition from an offset on, or the last ones.
AsyncResult<std::string> read_events(const World& world, Call& call)
{
    Search search;
    search.topic = call.query("topic");
    search.key = call.query("key");
    search.type = call.query("type");
    search.max = static_cast<std::size_t>(call.number("max", 100, 5000));
    if (const Result<Millis> at = parse_rfc3339(call.query("since"))) search.since = *at;
    const auto topics = co_await world.log.topics(call.by);
    if (!topics) co_return topics.error();
    const bool tail = !call.query("tail").empty();
    const std::int64_t last = call.number("tail", 0, 5000);
    const std::string cursor = call.query("cursor");
    std::vector<EventItem> items;
    std::map<std::int32_t, std::int64_t> next;
    for (const TopicInfo& topic : *topics) {
        if (topic.topic != search.topic) continue;
        std::int64_t from =
            tail ? std::max<std::int64_t>(0, topic.end_offset - last) : call.number("offset", 0, INT64_MAX);
        if (!cursor.empty()) from = part_of(cursor, topic.partition, 0);
        const Result<void> read = co_await search_partition(world, search, topic.partition, from, items, call.by);
        if (!read) co_return read.error();
        next[topic.partition] = from;
    }
    if (next.empty()) {
        std::vector<std::string> known{std::string(protocol::topic::user), std::string(protocol::topic::game),
                                       std::string(protocol::topic::system), std::string(protocol::topic::chat),
                                       std::string(protocol::topic::battle)};
        if (std::ranges::find(known, search.topic) == known.end()) {
            const std::optional<std::string> near = suggest(search.topic, known);
            call.why =
                fmt::format("no topic '{}'{}", search.topic, near ? fmt::format("; did you mean {}", *near) : "");
            co_return Errc::not_found;
        }
        next[0] = 0; // nothing was ever written to it
    }
    std::ranges::stable_sort(items, {}, &EventItem::time);
    std::string next_cursor;
    for (std::int32_t partition = 0; partition <= next.rbegin()->first; ++partition)
        next_cursor += (partition ? "," : "") + std::to_string(next.contains(partition) ? next[partition] : 0);
    std::string text = list_body("EventList", items, next_cursor);
    co_return text;
}

} // namespace harvest::cli::api
