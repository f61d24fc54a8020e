// The EventLog on the tables that the stores write their outbox to: what a store commits is in the log at once.
// Offsets count per topic and partition; a group's partitions are shared by its readers in this process, and what a
// reader had not committed when it went is delivered again.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/event_log_admin.hpp"

#include <map>
#include <memory>
#include <string>

namespace harvest::sql {

// By topic; one that is not named, or has zero, is kept for ever.
using TopicRetention = std::map<std::string, Millis>;

class SqlEventLog final : public EventLog, public EventLogAdmin {
public:
    // Takes the database's on_append() for itself. Throws OpenError.
    SqlEventLog(Database& database, Clock& clock, TopicRetention retention = {});
    ~SqlEventLog() override; // its readers are gone by then

    AsyncResult<void> append(std::string topic, std::vector<Event> events, Deadline by) override;
    std::unique_ptr<EventReader> subscribe(Subscription subscription) override;
    AsyncResult<std::vector<StoredEvent>> read(std::string topic, std::string key, std::int64_t offset, std::size_t max,
                                               Deadline by) override;
    AsyncResult<std::vector<TopicInfo>> topics(Deadline by) override;
    AsyncResult<std::vector<GroupLag>> lags(Deadline by) override;

    AsyncResult<TopicDetail> describe(std::string topic, Deadline by) override;
    AsyncResult<std::vector<GroupDetail>> groups(Deadline by) override;
    AsyncResult<PartitionOffsets> offsets_at(std::string topic, Millis time, Deadline by) override;
    AsyncResult<std::vector<StoredEvent>> read_from(std::string topic, PartitionOffsets from, std::size_t max,
                                                    Deadline by) override;
    AsyncResult<void> reset(std::string group, std::string topic, PartitionOffsets to, Deadline by) override;

    // Keeps a topic to its time of retention: clears away what is older than `before`, at most `max` a partition, and
    // says how many went. Readers go on at the oldest event that is left.
    AsyncResult<std::int64_t> forget(std::string topic, Millis before, std::size_t max, Deadline by);
    // The same for all topics by their retention. Whether it was read or not, as with Kafka.
    AsyncResult<std::int64_t> forget_expired(std::size_t max, Deadline by);

    struct State;

private:
    std::shared_ptr<State> state_;
};

} // namespace harvest::sql
