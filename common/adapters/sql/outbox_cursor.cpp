#include "common/adapters/sql/outbox_cursor.hpp"

#include "common/adapters/sql/event_rows.hpp"
#include "common/adapters/sql/leases.hpp"

#include <algorithm>

namespace harvest::sql {
namespace {

constexpr auto relay_group = "relay";

} // namespace

// Positions are given without gaps and in commit order, so what stands below the end is there.
AsyncResult<std::vector<StoredEvent>> SqlOutbox::pending(std::size_t max, Deadline by)
{
    return read<std::vector<StoredEvent>>(
        database_,
        [max](Connection& connection) -> Result<std::vector<StoredEvent>> {
            const Result<Offsets> ends = end_offsets(connection);
            if (!ends) return ends.error();
            const Result<Offsets> carried = committed_offsets(connection, relay_group);
            if (!carried) return carried.error();
            std::vector<std::pair<Partition, std::int64_t>> waiting;
            for (const auto& [partition, end] : *ends) {
                const auto found = carried->find(partition);
                const std::int64_t from = found == carried->end() ? 0 : found->second;
                if (from < end) waiting.emplace_back(partition, from);
            }
            // An equal share each: a busy partition does not keep the others waiting.
            std::vector<StoredEvent> events;
            for (std::size_t i = 0; i < waiting.size(); ++i) {
                const std::size_t left = max - std::min(max, events.size());
                const std::size_t share = (left + waiting.size() - i - 1) / (waiting.size() - i);
                if (share == 0) break;
                const Result<void> got = read_partition(connection, waiting[i].first, waiting[i].second, share, events);
                if (!got) return got.error();
            }
            return events;
        },
        by);
}

AsyncResult<void> SqlOutbox::carried(Lease lease, std::vector<StoredEvent> events, Deadline by)
{
    Offsets offsets;
    for (const StoredEvent& stored : events) {
        std::int64_t& next = offsets[{stored.topic, stored.partition}];
        next = std::max(next, stored.offset + 1);
    }
    return database_.write(
        [lease = std::move(lease), offsets = std::move(offsets)](Connection& connection) -> Result<void> {
            if (const Result<void> held = check_lease(connection, lease); !held) return held.error();
            return commit_offsets(connection, relay_group, offsets);
        },
        by);
}

AsyncResult<std::int64_t> SqlOutbox::forget_carried(Millis before, std::size_t max, Deadline by)
{
    return write<std::int64_t>(
        database_,
        [before, max](Connection& connection) -> Result<std::int64_t> {
            const Result<Offsets> carried = committed_offsets(connection, relay_group);
            if (!carried) return carried.error();
            std::int64_t total = 0;
            for (const auto& [partition, next] : *carried) {
                const std::size_t left = max - static_cast<std::size_t>(total);
                if (left == 0) break;
                const Result<std::int64_t> gone = forget_events(connection, partition, before, left, next);
                if (!gone) return gone.error();
                total += *gone;
            }
            return total;
        },
        by);
}

} // namespace harvest::sql
