// EventLogAdmin's questions to the cluster, and the one change; each blocks until it is answered,
// or `until`.
#pragma once

#include "common/adapters/kafka/handles.hpp"
#include "common/ports/event_log_admin.hpp"

namespace harvest::kafka {

Result<TopicDetail> describe_topic(rd_kafka_t* client, const Options& options, const std::string& topic, Until until);
Result<std::vector<GroupDetail>> group_details(rd_kafka_t* client, const Options& options, Until until);
Result<PartitionOffsets> offsets_of_time(rd_kafka_t* client, const Options& options, const std::string& topic,
                                         Millis time, Until until);
// Errors: conflict (the group has members).
Result<void> reset_group(rd_kafka_t* client, const Options& options, const std::string& group, const std::string& topic,
                         const PartitionOffsets& to, Until until);

} // namespace harvest::kafka
