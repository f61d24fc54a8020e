// Events written in the transaction of their cause. Offsets are given per topic and partition in commit order.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/records/event.hpp"

namespace harvest::sql {

// An event id seen before is not written twice. Errors: invalid_argument (no topic, id or type).
Result<void> append_event(Connection& connection, const std::string& topic, const Event& event);
Result<void> append_events(Connection& connection, std::span<const OutboxEvent> events);

} // namespace harvest::sql
