// The EventLog on Apache Kafka. Topics, keys and partitions are those of the embedded log; a group's partitions are
// shared by its readers in all processes (cooperative-sticky); records that are no events go to "<topic>.parked".
#pragma once

#include "common/adapters/kafka/options.hpp"
#include "common/ports/event_log_admin.hpp"

#include <memory>

namespace harvest::kafka {

class KafkaEventLog final : public EventLog, public EventLogAdmin {
public:
    // Makes the topics that are missing: blocks up to options.request_timeout. Throws system_error: unavailable,
    // unauthenticated, permission_denied, invalid_argument (a setting), not_found (a topic, where none is made).
    KafkaEventLog(Options options, Clock& clock);
    ~KafkaEventLog() override; // its readers are gone by then; waits until they have left their groups

    // Errors besides those of the port: not_found (no such topic), resource_exhausted (too many under way).
    AsyncResult<void> append(std::string topic, std::vector<Event> events, Deadline by) override;
    // Without a group it asks for the ends of its topics before it returns; where nobody answers, the reader's next()
    // is unavailable until it has learned them.
    std::unique_ptr<EventReader> subscribe(Subscription subscription) override;
    AsyncResult<std::vector<StoredEvent>> read(std::string topic, std::string key, std::int64_t offset, std::size_t max,
                                               Deadline by) override;
    AsyncResult<std::vector<TopicInfo>> topics(Deadline by) override;
    AsyncResult<std::vector<GroupLag>> lags(Deadline by) override;

    AsyncResult<TopicDetail> describe(std::string topic, Deadline by) override;
    AsyncResult<std::vector<GroupDetail>> groups(Deadline by) override;
    // By the time at which the broker got them.
    AsyncResult<PartitionOffsets> offsets_at(std::string topic, Millis time, Deadline by) override;
    AsyncResult<std::vector<StoredEvent>> read_from(std::string topic, PartitionOffsets from, std::size_t max,
                                                    Deadline by) override;
    AsyncResult<void> reset(std::string group, std::string topic, PartitionOffsets to, Deadline by) override;

    // Any thread: the brokers answered when last heard of.
    bool reachable() const;

    struct State;

private:
    std::unique_ptr<State> state_;
};

} // namespace harvest::kafka
