// Events of a topic, decoded: found by offset, time, key, type and conditions.
#include "cli/api/admin_api.hpp"
#include "cli/api/eventlog_rules.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace harvest::cli::api {
namespace {

// What one request looks through at most; the caller goes on with the cursor.
constexpr std::size_t page_size = 1'000;
constexpr int most_pages = 50;
constexpr Millis reserve{2'000}; // of the deadline, to answer in

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

struct Search {
    std::string topic, key, type, without, mentions;
    std::optional<Millis> since, until;
    std::vector<Condition> conditions;
    std::size_t max{}; // of each partition
    PartitionOffsets next, ends;
    std::map<std::int32_t, std::size_t> taken;
    std::vector<EventItem> items;

    bool wanted(const StoredEvent& stored) const
    {
        const Event& event = stored.event;
        if (since && event.time < *since) return false;
        if (until && event.time >= *until) return false;
        if (!fits(type, event.type) || (!key.empty() && event.subject != key)) return false;
        if (!without.empty() && event.type == without) return false;
        if (!mentions.empty() && event.data.find(mentions) == std::string::npos) return false;
        if (conditions.empty()) return true;
        boost::system::error_code error;
        const boost::json::value data = boost::json::parse(event.data, error);
        return std::ranges::all_of(conditions, [&](const Condition& each) { return holds(each, stored, data); });
    }
    // Partitions that are not read to their end, nor have given enough.
    PartitionOffsets open() const
    {
        PartitionOffsets list;
        for (const auto& [partition, offset] : next) {
            const auto found = taken.find(partition);
            if (offset < ends.at(partition) && (found == taken.end() || found->second < max)) list[partition] = offset;
        }
        return list;
    }
    bool at_end() const
    {
        return std::ranges::all_of(next, [this](const auto& each) { return each.second >= ends.at(each.first); });
    }
    void take(const std::vector<StoredEvent>& page, const PartitionOffsets& asked)
    {
        std::map<std::int32_t, std::size_t> got;
        for (const StoredEvent& stored : page) {
            ++got[stored.partition];
            if (taken[stored.partition] >= max) continue;
            next[stored.partition] = std::min(stored.offset + 1, ends[stored.partition]);
            if (stored.offset >= ends[stored.partition]) continue;
            if (!wanted(stored)) continue;
            items.push_back(item_of(stored));
            ++taken[stored.partition];
        }
        // Fewer than a page: what is left up to the end are no events.
        for (const auto& [partition, offset] : asked)
            if (got[partition] < page_size && taken[partition] < max)
                next[partition] = std::max(next[partition], ends[partition]);
    }
};

// ?where=: conditions, one a line.
Result<void> read_query(Call& call, Search& search)
{
    search.topic = call.query("topic");
    search.key = call.query("key");
    search.type = call.query("type");
    search.without = call.query("without");
    search.mentions = call.query("mentions");
    search.max = static_cast<std::size_t>(call.number("max", 100, 5000));
    if (const Result<Millis> at = parse_rfc3339(call.query("since"))) search.since = *at;
    if (const Result<Millis> at = parse_rfc3339(call.query("until"))) search.until = *at;
    const std::string where = call.query("where");
    for (std::size_t at = 0; at < where.size();) {
        const std::size_t end = std::min(where.find('\n', at), where.size());
        const Result<Condition> condition = parse_condition(std::string_view(where).substr(at, end - at));
        if (!condition) {
            call.why =
                fmt::format("'{}' is no condition; one is FIELD=VALUE or FIELD!=VALUE", where.substr(at, end - at));
            return condition.error();
        }
        search.conditions.push_back(*condition);
        at = end + 1;
    }
    return {};
}

// Where each partition begins and ends, from ?cursor=|tail=|since=|offset= and ?to=.
AsyncResult<void> place(const World& world, Call& call, Search& search)
{
    const auto topics = co_await world.log.topics(call.by);
    if (!topics) co_return topics.error();
    const bool tail = !call.query("tail").empty();
    const std::int64_t last = call.number("tail", 0, 5000), offset = call.number("offset", 0, INT64_MAX);
    const std::string cursor = call.query("cursor"), to = call.query("to");
    PartitionOffsets of_time;
    if (search.since && cursor.empty() && !tail) {
        const auto found = co_await world.log_admin.offsets_at(search.topic, *search.since, call.by);
        if (!found) co_return found.error();
        of_time = *found;
    }
    for (const TopicInfo& topic : *topics) {
        if (topic.topic != search.topic) continue;
        const std::int32_t part = topic.partition;
        std::int64_t from = tail ? topic.end_offset - last : offset;
        if (of_time.contains(part)) from = of_time[part];
        if (!cursor.empty()) from = offset_in(cursor, part, 0);
        search.next[part] = std::max(from, topic.first_offset);
        std::int64_t until = topic.end_offset;
        if (!to.empty()) until = std::min(until, offset_in(to, to.find(',') == std::string::npos ? 0 : part, until));
        search.ends[part] = until;
    }
    co_return Result<void>{};
}

} // namespace

// ?topic=&max=&key=&type=&without=&mentions=&since=&until=&where= and where to begin and end. `mentions`: text in the
// data; `without`: a type that is left out.
// `ends`, given back as `to`, ends the next page where this one's partitions ended.
AsyncResult<std::string> read_events(const World& world, Call& call)
{
    Search search;
    if (const Result<void> read = read_query(call, search); !read) co_return read.error();
    if (const Result<void> placed = co_await place(world, call, search); !placed) co_return placed.error();
    if (search.next.empty() && !is_known_topic(search.topic)) {
        call.why = fmt::format("no topic '{}'", search.topic);
        co_return Errc::not_found;
    }
    for (int page = 0; page < most_pages; ++page) {
        PartitionOffsets asked = search.open();
        if (asked.empty() || world.clock.monotonic() + reserve > call.by.at) break;
        const auto found = co_await world.log_admin.read_from(search.topic, asked, page_size, call.by);
        if (!found) co_return found.error();
        search.take(*found, asked);
    }
    put_in_order(search.items);
    std::string text = list_body("EventList", search.items, offset_list(search.next));
    text.pop_back();
    text += fmt::format(R"(,"at_end":{},"ends":"{}"}})", search.at_end(), offset_list(search.ends));
    co_return text;
}

} // namespace harvest::cli::api
