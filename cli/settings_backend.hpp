// What the processes of one installation share: embedded parts, or PostgreSQL, Kafka, Redis and Rpc between processes.
#pragma once

#include "common/config/section.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::cli {

struct StoreSettings {
    std::string kind{"sqlite"};
    config::SecretRef dsn;
    std::string schema;
    std::int64_t readers{0}, group{0}, attempts{5};
    Millis connect_timeout{3s}, statement_timeout{5s}, idle_timeout{5s}, poll_interval{1s};
    void describe(config::Section& section);
};

struct EventLogSettings {
    std::string kind{"local"};
    Millis outbox_retention{7 * 24h};
    void describe(config::Section& section);
};

struct KafkaSettings {
    std::string brokers{"127.0.0.1:9092"}, client_id{"harvestctl"}, prefix;
    bool tls{};
    std::string ca, certificate, key;
    std::string sasl_mechanism, sasl_username;
    config::SecretRef sasl_password;
    bool create_topics{true};
    std::int64_t partitions{4}, replication{-1};
    Millis chat_retention{30 * 24h}, system_retention{90 * 24h};
    std::string compression{"lz4"};
    Millis linger{1}, delivery_timeout{30s}, request_timeout{5s}, session_timeout{10s};
    void describe(config::Section& section);
};

struct SharedSettings {
    std::string kind{"memory"};
    void describe(config::Section& section);
};

struct RedisSettings {
    config::SecretRef url;
    std::string ca, certificate, key;
    std::string prefix{"harvest:"};
    Millis connect_timeout{1s}, timeout{1s};
    void describe(config::Section& section);
};

struct RpcSettings {
    std::string address{"127.0.0.1"};
    std::uint16_t port{7500};
    std::string tls_dir;
    Millis connect_timeout{2s}, drain_timeout{10s};
    std::vector<std::string> auth, match, instance, chat, connsrv, gateway; // "[id@]host:port"
    void describe(config::Section& section);
    std::map<std::string, std::vector<std::string>> targets() const;
};

// The admin or Rpc port of a daemon's slot: the daemons follow in order, further slots ten on. 0 stays.
std::uint16_t port_apart(std::uint16_t first, std::string_view daemon, std::size_t slot);

} // namespace harvest::cli
