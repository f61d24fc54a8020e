#include "common/adapters/sql/event_rows.hpp"

#include "common/adapters/sql/outbox.hpp"

#include <algorithm>
#include <utility>

namespace harvest::sql {
namespace {

#define EVENT_COLUMNS "topic, part, position, id, type, source, subject, traceparent, time, data"

StoredEvent to_event(const Row& row)
{
    StoredEvent stored;
    stored.topic = row.text(0);
    stored.partition = static_cast<std::int32_t>(row.integer(1));
    stored.offset = row.integer(2);
    stored.event = {EventId{row.text(3)},   row.text(4), row.text(5), row.text(6), row.text(7),
                    Millis{row.integer(8)}, row.text(9)};
    return stored;
}

Result<std::vector<StoredEvent>> to_events(const Result<Rows>& rows)
{
    if (!rows) return rows.error();
    std::vector<StoredEvent> events;
    for (const Row& row : *rows) events.push_back(to_event(row));
    return events;
}

Result<Offsets> to_offsets(const Result<Rows>& rows)
{
    if (!rows) return rows.error();
    Offsets offsets;
    for (const Row& row : *rows) offsets[{row.text(0), static_cast<std::int32_t>(row.integer(1))}] = row.integer(2);
    return offsets;
}

#define KEEP_OFFSET                                                                                                    \
    "INSERT INTO event_cursors (consumer_group, topic, part, position) VALUES ($1, $2, $3, $4) "                       \
    "ON CONFLICT (consumer_group, topic, part) DO UPDATE SET position = excluded.position"

Result<void> keep_offsets(Connection& connection, const std::string& group, const Offsets& offsets,
                          std::string_view statement)
{
    for (const auto& [partition, offset] : offsets) {
        const Result<Rows> kept =
            connection.execute(statement, {group, partition.first, std::int64_t{partition.second}, offset});
        if (!kept) return kept.error();
    }
    return {};
}

} // namespace

Result<void> read_partition(Connection& connection, const Partition& partition, std::int64_t offset, std::size_t max,
                            std::vector<StoredEvent>& into)
{
    const Result<Rows> rows =
        connection.execute("SELECT " EVENT_COLUMNS " FROM events WHERE topic = $1 AND part = $2 AND position >= $3 "
                           "ORDER BY position LIMIT $4",
                           {partition.first, std::int64_t{partition.second}, offset, static_cast<std::int64_t>(max)});
    if (!rows) return rows.error();
    for (const Row& row : *rows) into.push_back(to_event(row));
    return {};
}

Result<std::vector<StoredEvent>> read_key(Connection& connection, const std::string& topic, const std::string& key,
                                          std::int64_t offset, std::size_t max)
{
    // A scan of the key's partition: an index by key would cost every writer, this costs only who looks back.
    return to_events(
        connection.execute("SELECT " EVENT_COLUMNS " FROM events WHERE topic = $1 AND part = $2 AND "
                           "position >= $3 AND subject = $4 ORDER BY position LIMIT $5",
                           {topic, std::int64_t{partition_of(key)}, offset, key, static_cast<std::int64_t>(max)}));
}

Result<std::vector<StoredEvent>> read_topic(Connection& connection, const std::string& topic, std::int64_t offset,
                                            std::size_t max)
{
    // A range of the primary key each: one question for all partitions would read the whole topic.
    std::vector<StoredEvent> events;
    for (std::int32_t part = 0; part < event_partitions; ++part)
        if (const Result<void> read = read_partition(connection, {topic, part}, offset, max, events); !read)
            return read.error();
    std::ranges::sort(events, {}, [](const StoredEvent& each) { return std::pair(each.offset, each.partition); });
    if (events.size() > max) events.resize(max);
    return events;
}

Result<Offsets> end_offsets(Connection& connection)
{
    return to_offsets(connection.execute("SELECT topic, part, next_offset FROM topics"));
}

Result<Offsets> committed_offsets(Connection& connection, const std::string& group)
{
    return to_offsets(
        connection.execute("SELECT topic, part, position FROM event_cursors WHERE consumer_group = $1", {group}));
}

Result<void> commit_offsets(Connection& connection, const std::string& group, const Offsets& offsets)
{
    return keep_offsets(connection, group, offsets, KEEP_OFFSET " WHERE event_cursors.position < excluded.position");
}

Result<void> move_offsets(Connection& connection, const std::string& group, const Offsets& offsets)
{
    return keep_offsets(connection, group, offsets, KEEP_OFFSET);
}

Result<std::vector<std::string>> groups_kept(Connection& connection)
{
    const Result<Rows> rows =
        connection.execute("SELECT DISTINCT consumer_group FROM event_cursors ORDER BY consumer_group", {});
    if (!rows) return rows.error();
    std::vector<std::string> groups;
    for (const Row& row : *rows) groups.push_back(row.text(0));
    return groups;
}

Result<PartitionOffsets> offsets_at(Connection& connection, const std::string& topic, Millis time)
{
    const Result<Rows> parts = connection.execute("SELECT part, next_offset FROM topics WHERE topic = $1", {topic});
    if (!parts) return parts.error();
    PartitionOffsets offsets;
    for (const Row& part : *parts) {
        const Result<Rows> first = connection.execute("SELECT position FROM events WHERE topic = $1 AND part = $2 AND "
                                                      "time >= $3 ORDER BY position LIMIT 1",
                                                      {topic, part.integer(0), time.count()});
        if (!first) return first.error();
        const std::int64_t offset = first->empty() ? part.integer(1) : first->front().integer(0);
        offsets[static_cast<std::int32_t>(part.integer(0))] = offset;
    }
    return offsets;
}

Result<std::int64_t> forget_events(Connection& connection, const Partition& partition, Millis before, std::size_t max,
                                   std::int64_t below)
{
    const std::int64_t part = partition.second;
    const Result<Rows> oldest = connection.execute(
        "SELECT position, time FROM events WHERE topic = $1 AND part = $2 ORDER BY position LIMIT $3",
        {partition.first, part, static_cast<std::int64_t>(max)});
    if (!oldest) return oldest.error();
    std::int64_t first_kept = -1;
    for (const Row& row : *oldest) {
        if (row.integer(0) >= below || row.integer(1) >= before.count()) break;
        first_kept = row.integer(0) + 1;
    }
    if (first_kept < 0) return std::int64_t{0};
    const Result<Rows> moved = connection.execute("UPDATE topics SET first_offset = $3 WHERE topic = $1 AND part = $2",
                                                  {partition.first, part, first_kept});
    if (!moved) return moved.error();
    return change(connection, "DELETE FROM events WHERE topic = $1 AND part = $2 AND position < $3",
                  {partition.first, part, first_kept});
}

Result<std::vector<TopicInfo>> topic_infos(Connection& connection)
{
    const Result<Rows> rows =
        connection.execute("SELECT topic, part, first_offset, next_offset FROM topics ORDER BY topic, part");
    if (!rows) return rows.error();
    std::vector<TopicInfo> infos;
    for (const Row& row : *rows)
        infos.push_back({row.text(0), static_cast<std::int32_t>(row.integer(1)), row.integer(2), row.integer(3)});
    return infos;
}

Result<std::vector<GroupLag>> group_lags(Connection& connection)
{
    const Result<Rows> rows = connection.execute(
        "SELECT c.consumer_group, c.topic, c.part, c.position, t.next_offset FROM event_cursors AS c "
        "JOIN topics AS t ON t.topic = c.topic AND t.part = c.part ORDER BY c.consumer_group, c.topic, c.part");
    if (!rows) return rows.error();
    std::vector<GroupLag> lags;
    for (const Row& row : *rows)
        lags.push_back(
            {row.text(0), row.text(1), static_cast<std::int32_t>(row.integer(2)), row.integer(3), row.integer(4)});
    return lags;
}

} // namespace harvest::sql
