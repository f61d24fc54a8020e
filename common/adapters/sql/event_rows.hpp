// Events and cursors as rows.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/event_log_admin.hpp"

#include <limits>
#include <map>
#include <utility>

namespace harvest::sql {

using Partition = std::pair<std::string, std::int32_t>; // topic, number
using Offsets = std::map<Partition, std::int64_t>;      // where the next event stands

// Appends up to `max` events from `offset` on to `into`.
Result<void> read_partition(Connection& connection, const Partition& partition, std::int64_t offset, std::size_t max,
                            std::vector<StoredEvent>& into);
Result<std::vector<StoredEvent>> read_key(Connection& connection, const std::string& topic, const std::string& key,
                                          std::int64_t offset, std::size_t max);
// Every partition, each from `offset` on.
Result<std::vector<StoredEvent>> read_topic(Connection& connection, const std::string& topic, std::int64_t offset,
                                            std::size_t max);
Result<Offsets> end_offsets(Connection& connection);
Result<Offsets> committed_offsets(Connection& connection, const std::string& group);
// Cursors only go forward.
Result<void> commit_offsets(Connection& connection, const std::string& group, const Offsets& offsets);
// Anywhere.
Result<void> move_offsets(Connection& connection, const std::string& group, const Offsets& offsets);
// Groups that have committed something, by name.
Result<std::vector<std::string>> groups_kept(Connection& connection);
// Of each partition of a topic the first event at `time` or later, else its end.
Result<PartitionOffsets> offsets_at(Connection& connection, const std::string& topic, Millis time);
// Clears the oldest events of a partition away, at most `max`, up to the first that is not older than `before`.
Result<std::int64_t> forget_events(Connection& connection, const Partition& partition, Millis before, std::size_t max,
                                   std::int64_t below = std::numeric_limits<std::int64_t>::max());
Result<std::vector<TopicInfo>> topic_infos(Connection& connection);
Result<std::vector<GroupLag>> group_lags(Connection& connection);

} // namespace harvest::sql
