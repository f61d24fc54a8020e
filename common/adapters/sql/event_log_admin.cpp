// EventLogAdmin on the tables of the event log.
#include "common/adapters/sql/event_log_state.hpp"

#include <fmt/format.h>

namespace harvest::sql {

AsyncResult<TopicDetail> SqlEventLog::describe(std::string topic, Deadline by)
{
    const auto kept = state_->retention.find(topic);
    const Millis retention = kept == state_->retention.end() ? Millis{} : kept->second;
    Work<TopicDetail> load = [topic = std::move(topic), retention](Connection& connection) -> Result<TopicDetail> {
        const Result<std::vector<TopicInfo>> all = topic_infos(connection);
        if (!all) return all.error();
        TopicDetail detail;
        detail.topic = topic;
        detail.retention = retention;
        for (const TopicInfo& info : *all)
            if (info.topic == topic)
                detail.partitions.push_back({info.partition, info.first_offset, info.end_offset, "", 1, 1});
        if (detail.partitions.empty()) return Errc::not_found;
        return detail;
    };
    return sql::read<TopicDetail>(state_->database, std::move(load), by);
}

AsyncResult<std::vector<GroupDetail>> SqlEventLog::groups(Deadline by)
{
    Work<std::vector<std::string>> load = groups_kept;
    const auto kept = co_await sql::read<std::vector<std::string>>(state_->database, std::move(load), by);
    if (!kept) co_return kept.error();
    std::map<std::string, GroupDetail> found;
    for (const std::string& group : *kept) found[group].group = group;
    const std::lock_guard lock(state_->mutex);
    for (const auto& [group, readers] : state_->groups) {
        GroupDetail& detail = found[group];
        detail.group = group;
        for (const Subscription* reader : readers)
            detail.members.push_back(
                {fmt::format("{}/{}", group, detail.members.size()), "", state_->share_of(*reader)});
    }
    std::vector<GroupDetail> list;
    for (auto& [group, detail] : found) list.push_back(std::move(detail));
    co_return list;
}

AsyncResult<PartitionOffsets> SqlEventLog::offsets_at(std::string topic, Millis time, Deadline by)
{
    Work<PartitionOffsets> load = [topic = std::move(topic), time](Connection& connection) {
        return sql::offsets_at(connection, topic, time);
    };
    return sql::read<PartitionOffsets>(state_->database, std::move(load), by);
}

AsyncResult<std::vector<StoredEvent>> SqlEventLog::read_from(std::string topic, PartitionOffsets from, std::size_t max,
                                                             Deadline by)
{
    Work<std::vector<StoredEvent>> load = [topic = std::move(topic), from = std::move(from),
                                           max](Connection& connection) -> Result<std::vector<StoredEvent>> {
        std::vector<StoredEvent> events;
        for (const auto& [partition, offset] : from)
            if (const auto got = read_partition(connection, {topic, partition}, offset, max, events); !got)
                return got.error();
        return events;
    };
    return sql::read<std::vector<StoredEvent>>(state_->database, std::move(load), by);
}

AsyncResult<void> SqlEventLog::reset(std::string group, std::string topic, PartitionOffsets to, Deadline by)
{
    Job move = [state = state_, group = std::move(group), topic = std::move(topic),
                to = std::move(to)](Connection& connection) -> Result<void> {
        {
            const std::lock_guard lock(state->mutex);
            if (state->groups.contains(group)) return Errc::conflict;
        }
        Offsets offsets;
        for (const auto& [partition, offset] : to) offsets[{topic, partition}] = offset;
        return move_offsets(connection, group, offsets);
    };
    return state_->database.write(std::move(move), by);
}

} // namespace harvest::sql
