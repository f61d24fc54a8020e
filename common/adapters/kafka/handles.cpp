#include "common/adapters/kafka/handles.hpp"

#include "common/base/log.hpp"

#include <fmt/format.h>

#include <array>

namespace harvest::kafka {
namespace {

constexpr int warning_level = 4; // of syslog

// The library tells each failed try of each broker; Reach tells the change. What else it warns of is passed on.
void pass_on(const rd_kafka_t*, int level, const char* facility, const char* text)
{
    const std::string_view what(facility);
    if (level > warning_level || what == "FAIL" || what == "ERROR" || what == "CONFWARN" || what == "REQTMOUT") return;
    log::warn(fmt::format("Kafka client: {}", text), {{"event.action", "kafka.client"}});
}

} // namespace

PartitionList make_list(const std::vector<Partition>& partitions, std::int64_t offset)
{
    PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
    for (const auto& [topic, partition] : partitions)
        rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
    return list;
}

Errc errc_of(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        return Errc::not_found;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
        return Errc::already_exists;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
        return Errc::invalid_argument;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
        return Errc::resource_exhausted;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
        return Errc::timed_out;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        return Errc::unauthenticated;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return Errc::permission_denied;
    case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
        return Errc::conflict;
    default:
        return Errc::unavailable;
    }
}

void Reach::lost(const char* why)
{
    if (away_.exchange(true)) return;
    log::warn(fmt::format("Kafka at {} does not answer", brokers_),
              {{"event.action", "kafka.away"}, {"error.message", why}});
}

void Reach::found()
{
    if (away_.load(std::memory_order_relaxed) && away_.exchange(false))
        log::info(fmt::format("Kafka at {} answers again", brokers_), {{"event.action", "kafka.back"}});
}

void set(const Configuration& configuration, const char* name, const std::string& value)
{
    std::array<char, 512> why{};
    if (rd_kafka_conf_set(configuration.get(), name, value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
        throw boost::system::system_error(make_error_code(Errc::invalid_argument), why.data());
}

void set(const Configuration& configuration, const char* name, std::int64_t value)
{
    set(configuration, name, std::to_string(value));
}

Configuration client_configuration(const Options& options, void* opaque)
{
    Configuration configuration(rd_kafka_conf_new());
    set(configuration, "bootstrap.servers", options.brokers);
    set(configuration, "client.id", options.client_id);
    const bool sasl = !options.sasl.mechanism.empty();
    set(configuration, "security.protocol",
        options.tls.enabled ? (sasl ? "sasl_ssl" : "ssl")
        : sasl              ? "sasl_plaintext"
                            : "plaintext");
    const Tls& tls = options.tls;
    if (!tls.ca_file.empty()) set(configuration, "ssl.ca.location", tls.ca_file);
    if (!tls.certificate_file.empty()) set(configuration, "ssl.certificate.location", tls.certificate_file);
    if (!tls.key_file.empty()) set(configuration, "ssl.key.location", tls.key_file);
    if (sasl) {
        set(configuration, "sasl.mechanisms", options.sasl.mechanism);
        set(configuration, "sasl.username", options.sasl.username);
        set(configuration, "sasl.password", options.sasl.password);
    }
    set(configuration, "topic.metadata.refresh.interval.ms", 10'000);
    // A connection that is dead on the far side alone is found by a request that goes unanswered, and by nothing
    // sooner.
    set(configuration, "socket.timeout.ms", options.request_timeout.count());
    set(configuration, "socket.keepalive.enable", "true");
    set(configuration, "reconnect.backoff.ms", 50);
    set(configuration, "reconnect.backoff.max.ms", 2'000);
    set(configuration, "log.connection.close", "false");
    rd_kafka_conf_set_log_cb(configuration.get(), pass_on);
    rd_kafka_conf_set_opaque(configuration.get(), opaque);
    return configuration;
}

Handle make_client(rd_kafka_type_t type, Configuration configuration)
{
    std::array<char, 512> why{};
    Handle handle(rd_kafka_new(type, configuration.get(), why.data(), why.size()));
    if (!handle) throw boost::system::system_error(make_error_code(Errc::invalid_argument), why.data());
    (void)configuration.release(); // the client owns it now
    return handle;
}

} // namespace harvest::kafka
