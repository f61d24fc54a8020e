// The event log: at least once, ordered per key. A table beside the stores, or Kafka.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/event.hpp"
#include "common/ports/task.hpp"

#include <memory>
#include <string>
#include <vector>

namespace harvest {

struct Subscription {
    std::string group;               // empty: every reader sees everything, from the end on, and nothing is kept
    std::vector<std::string> topics; // "harvest.chat"
};

// One consumer of a group. Not for two coroutines at once.
class EventReader {
public:
    virtual ~EventReader() = default;
    // At most `max` events, in order; waits for the first one until `by`, then gives an empty list.
    virtual AsyncResult<std::vector<StoredEvent>> next(std::size_t max, Deadline by) = 0;
    // Everything that next() has returned is done with and is not delivered to this group again.
    virtual AsyncResult<void> commit(Deadline by) = 0;
};

struct TopicInfo {
    std::string topic;
    std::int32_t partition{};
    std::int64_t first_offset{}, end_offset{};
};

struct GroupLag {
    std::string group, topic;
    std::int32_t partition{};
    std::int64_t committed_offset{}, end_offset{};
};

class EventLog {
public:
    virtual ~EventLog() = default;
    // Acknowledged when on disk. On a store: all or none, and an id seen before is not appended twice. Kafka can
    // promise neither: after in_doubt some of them may be there. Append the same events again; readers leave out an id
    // that they have seen among the latest of its partition.
    virtual AsyncResult<void> append(std::string topic, std::vector<Event> events, Deadline by) = 0;
    virtual std::unique_ptr<EventReader> subscribe(Subscription subscription) = 0;
    // For people and rebuilds: events from `offset` on; `key` empty for all.
    virtual AsyncResult<std::vector<StoredEvent>> read(std::string topic, std::string key, std::int64_t offset,
                                                       std::size_t max, Deadline by) = 0;
    virtual AsyncResult<std::vector<TopicInfo>> topics(Deadline by) = 0;
    virtual AsyncResult<std::vector<GroupLag>> lags(Deadline by) = 0;
};

} // namespace harvest
