// Questions to the cluster that block until they are answered, or `until`: topics, groups, events for people.
#pragma once

#include "common/adapters/kafka/handles.hpp"
#include "common/ports/event_log.hpp"

namespace harvest::kafka {

// Makes the topics of the configuration, and "<topic>.parked" for each, where they are not there.
// Errors: unavailable, permission_denied, invalid_argument; `why` names the topic and the broker's reason.
Result<void> make_topics(rd_kafka_t* client, const Options& options, std::string& why);

Result<std::vector<TopicInfo>> topic_infos(rd_kafka_t* client, const Options& options, Until until);
Result<std::vector<GroupLag>> group_lags(rd_kafka_t* client, const Options& options, Until until);

// Up to `max` events from `offset` on, of the key's partition or of all of them in order of offset.
Result<std::vector<StoredEvent>> read_events(rd_kafka_t* client, const Options& options, const std::string& topic,
                                             const std::string& key, std::int64_t offset, std::size_t max, Until until);

} // namespace harvest::kafka
