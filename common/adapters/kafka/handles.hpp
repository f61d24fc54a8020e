// librdkafka's objects as owned ones, its configuration from ours, and its codes as Errc.
#pragma once

#include "common/adapters/kafka/options.hpp"
#include "common/base/result.hpp"

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace harvest::kafka {

template <auto Function>
struct Destroy {
    template <class T>
    void operator()(T* object) const
    {
        Function(object);
    }
};

using Configuration = std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using Happening = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using Fault = std::unique_ptr<rd_kafka_error_t, Destroy<rd_kafka_error_destroy>>;
using Headers = std::unique_ptr<rd_kafka_headers_t, Destroy<rd_kafka_headers_destroy>>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy<rd_kafka_topic_partition_list_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroy<rd_kafka_metadata_destroy>>;
using Handle = std::unique_ptr<rd_kafka_t, Destroy<rd_kafka_destroy>>;

using Until = std::chrono::steady_clock::time_point;
using Partition = std::pair<std::string, std::int32_t>; // topic as the broker knows it, number

PartitionList make_list(const std::vector<Partition>& partitions, std::int64_t offset = RD_KAFKA_OFFSET_INVALID);
inline Partition partition_in(const rd_kafka_topic_partition_t& entry)
{
    return {entry.topic, entry.partition};
}
inline rd_kafka_topic_partition_t* begin(const PartitionList& list)
{
    return list->elems;
}
inline rd_kafka_topic_partition_t* end(const PartitionList& list)
{
    return list->elems + list->cnt;
}

Errc errc_of(rd_kafka_resp_err_t code);

// Whether the brokers answer, as far as the clients of one log have noticed; a change is logged, once.
class Reach {
public:
    explicit Reach(std::string brokers) : brokers_(std::move(brokers)) {}
    void lost(const char* why);
    void found();
    bool away() const { return away_; }

private:
    std::string brokers_;
    std::atomic<bool> away_{false};
};

// What both kinds of client share: addresses, TLS, SASL, logs. `opaque` is for callbacks. Throws system_error.
Configuration client_configuration(const Options& options, void* opaque);
// Throws system_error (invalid_argument): the library knows no such setting or value.
void set(const Configuration& configuration, const char* name, const std::string& value);
void set(const Configuration& configuration, const char* name, std::int64_t value);
// Throws system_error.
Handle make_client(rd_kafka_type_t type, Configuration configuration);

} // namespace harvest::kafka
