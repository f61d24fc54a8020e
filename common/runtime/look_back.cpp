#include "common/runtime/look_back.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace harvest {
namespace {

constexpr std::size_t events_a_page = 4'096;
constexpr std::int64_t positions_a_step = 1'024;
constexpr Millis wait = 5s;

// Tells of the events at [from, top) of every partition; gives the partitions that had one from before `horizon`.
AsyncResult<std::set<std::int32_t>> tell_between(EventLog& log, Clock& clock, std::string topic, std::int64_t from,
                                                 std::int64_t top, Millis horizon,
                                                 const std::function<void(const Event&)>& tell)
{
    std::set<std::int32_t> old;
    while (from < top) {
        const Result<std::vector<StoredEvent>> events =
            co_await log.read(topic, "", from, events_a_page, clock.after(wait));
        if (!events) co_return events.error();
        for (const StoredEvent& stored : *events) {
            tell(stored.event);
            if (stored.offset < top && stored.event.time < horizon) old.insert(stored.partition);
        }
        if (events->size() < events_a_page) break;
        from = std::max(from + 1, events->back().offset); // again: other partitions may have that position too
    }
    co_return old;
}

} // namespace

AsyncResult<void> look_back(EventLog& log, Clock& clock, std::string topic, Millis horizon,
                            std::function<void(const Event&)> tell)
{
    const Result<std::vector<TopicInfo>> topics = co_await log.topics(clock.after(wait));
    if (!topics) co_return topics.error();
    std::vector<TopicInfo> open;
    for (const TopicInfo& each : *topics)
        if (each.topic == topic && each.first_offset < each.end_offset) open.push_back(each);
    std::int64_t top = std::numeric_limits<std::int64_t>::max();
    while (!open.empty()) {
        std::int64_t end = 0;
        for (const TopicInfo& each : open) end = std::max(end, each.end_offset);
        top = std::min(top, end);
        const std::int64_t from = std::max<std::int64_t>(0, top - positions_a_step);
        Result<std::set<std::int32_t>> old = co_await tell_between(log, clock, topic, from, top, horizon, tell);
        if (!old) co_return old.error();
        std::erase_if(
            open, [&](const TopicInfo& each) { return each.first_offset >= from || old->contains(each.partition); });
        top = from;
    }
    co_return Result<void>{};
}

} // namespace harvest
