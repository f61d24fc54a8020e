#include "common/adapters/sql/outbox.hpp"

#include "common/adapters/sql/numbering.hpp"

namespace harvest::sql {

Result<void> append_event(Connection& connection, const std::string& topic, const Event& event)
{
    if (topic.empty() || event.id.empty() || event.type.empty()) return Errc::invalid_argument;
    const std::int32_t part = partition_of(event.subject);
    const std::size_t before = connection.mark();
    const Result<std::int64_t> position = take_number(connection, topic, part);
    if (!position) return position.error();
    const Result<std::int64_t> made =
        change(connection,
               "INSERT INTO events (topic, part, position, id, type, source, subject, traceparent, time, data) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING",
               {topic, std::int64_t{part}, *position, event.id.value, event.type, event.source, event.subject,
                event.traceparent, event.time.count(), event.data});
    if (!made) return made.error();
    if (*made == 0) connection.undo_to(before);
    return {};
}

Result<void> append_events(Connection& connection, std::span<const OutboxEvent> events)
{
    for (const OutboxEvent& outbox : events) {
        const Result<void> appended = append_event(connection, outbox.topic, outbox.event);
        if (!appended) return appended.error();
    }
    return {};
}

} // namespace harvest::sql
