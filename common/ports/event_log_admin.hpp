// What operators ask of the event log and do to it: topics, groups, offsets. Beside EventLog, on the same adapters.
#pragma once

#include "common/ports/event_log.hpp"

#include <map>

namespace harvest {

using PartitionOffsets = std::map<std::int32_t, std::int64_t>;

struct PartitionDetail {
    std::int32_t partition{};
    std::int64_t first_offset{}, end_offset{};
    std::string leader; // "host:port" of its broker; empty: the store itself
    std::int32_t replicas{1}, in_sync{1};
};

struct TopicDetail {
    std::string topic;
    Millis retention{}; // zero: for ever
    std::vector<PartitionDetail> partitions;
};

struct GroupMember {
    std::string id, host; // host empty: this process
    std::vector<std::pair<std::string, std::int32_t>> partitions;
};

struct GroupDetail {
    std::string group;
    bool settled = true; // false: its partitions are being shared out just now
    std::vector<GroupMember> members;
};

class EventLogAdmin {
public:
    virtual ~EventLogAdmin() = default;
    // Errors: not_found.
    virtual AsyncResult<TopicDetail> describe(std::string topic, Deadline by) = 0;
    // Every group that has readers or has committed something, by name.
    virtual AsyncResult<std::vector<GroupDetail>> groups(Deadline by) = 0;
    // Of each partition the first event that was appended at `time` or later; its end where there is none. A store
    // goes by the events' own time.
    virtual AsyncResult<PartitionOffsets> offsets_at(std::string topic, Millis time, Deadline by) = 0;
    // Of each partition named at most `max` events from its offset on, in order of partition and offset. Fewer than
    // `max`: there was no more.
    virtual AsyncResult<std::vector<StoredEvent>> read_from(std::string topic, PartitionOffsets from, std::size_t max,
                                                            Deadline by) = 0;
    // The group goes on from there, forwards or backwards. Errors: conflict (it has readers; nothing is changed).
    virtual AsyncResult<void> reset(std::string group, std::string topic, PartitionOffsets to, Deadline by) = 0;
};

} // namespace harvest
