// What every question to the cluster is made of; each blocks until it is answered or its
// time is over, which is that of the whole question.
#pragma once

#include "common/adapters/kafka/handles.hpp"
#include "common/ports/event_log_admin.hpp"

#include <map>

namespace harvest::kafka {

// What is left, 1 at least: the library takes 0 for its own default.
int milliseconds(Until until);
AdminOptions admin_options(rd_kafka_t* client, rd_kafka_admin_op_t operation, Until until);
// The answer to an administrative request, if there is one by then and it is no error.
Result<Happening> answer_on(const Queue& queue, Until until);
// A broker that does not answer is unavailable.
Errc unanswered(rd_kafka_resp_err_t code);

// Of each partition RD_KAFKA_OFFSET_BEGINNING, _END, or the first record of a time (epoch milliseconds; -1: none).
Result<std::map<Partition, std::int64_t>> offsets_at(rd_kafka_t* client, const std::vector<Partition>& partitions,
                                                     std::int64_t where, Until until);
// Partitions of our topics, or of the one named (with its prefix).
Result<std::vector<Partition>> partitions_there(rd_kafka_t* client, const Options& options, const std::string& only,
                                                Until until);
// Our groups, with their prefix.
Result<std::vector<std::string>> groups_there(rd_kafka_t* client, const Options& options, Until until);

struct Wanted {
    std::string topic, key; // key empty: all
};
// Of each partition up to `max` events from its offset on, in order of partition and offset. An id that comes again is
// left out.
Result<std::vector<StoredEvent>> fetch(rd_kafka_t* client, const Options& options, const Wanted& wanted,
                                       const PartitionOffsets& from, std::size_t max, Until until);

} // namespace harvest::kafka
