// The Outbox port on the tables of the embedded event log: the events are its rows, the cursor is that of the group
// "relay". It sees what any process has committed.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/outbox.hpp"

namespace harvest::sql {

class SqlOutbox final : public Outbox {
public:
    explicit SqlOutbox(Database& database) : database_(database) {}

    AsyncResult<std::vector<StoredEvent>> pending(std::size_t max, Deadline by) override;
    AsyncResult<void> carried(Lease lease, std::vector<StoredEvent> events, Deadline by) override;
    // Deletes at most `max` events from before `before` that were carried, the oldest of each partition first; gives
    // how many.
    AsyncResult<std::int64_t> forget_carried(Millis before, std::size_t max, Deadline by);

private:
    Database& database_;
};

} // namespace harvest::sql
