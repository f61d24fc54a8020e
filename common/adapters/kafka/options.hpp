// How to reach a Kafka cluster, and which topics this installation keeps there.
#pragma once

#include "common/base/time.hpp"
#include "common/ports/records/event.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace harvest::kafka {

struct Tls {
    bool enabled = false;
    std::string ca_file, certificate_file, key_file; // empty: the system's authorities; no client certificate
};

struct Sasl {
    std::string mechanism; // "SCRAM-SHA-512"; empty: none
    std::string username, password;
};

struct TopicOptions {
    std::string name;
    std::int32_t partitions = event_partitions; // counts only when the topic is made
    Millis retention{};                         // zero: for ever
};

struct Options {
    std::string brokers = "127.0.0.1:9092"; // host:port, several joined by commas
    std::string client_id = "harvestctl";
    std::string prefix; // before every topic and group: several installations on one cluster
    Tls tls;
    Sasl sasl;
    std::vector<TopicOptions> topics;     // looked for at the start
    bool make_topics = true;              // where they are not there; else they must be
    std::int32_t replication = -1;        // of a topic that is made; -1: as the brokers have it
    std::string compression = "lz4";      // lz4, zstd, none
    Millis linger{1};                     // waits this long for company
    Millis delivery_timeout{30'000};      // an event that is not acknowledged by then is given up
    Millis request_timeout{5'000};        // of one question, start-up included
    Millis session_timeout{10'000};       // a reader not heard of for so long loses its partitions
    std::size_t send_queue = 100'000;     // events not yet acknowledged; full: append() is refused
    std::size_t read_ahead = 2'000;       // events a reader holds ready; full: its partitions pause
    std::size_t duplicate_window = 1'024; // latest events of a partition among which a double is known
};

} // namespace harvest::kafka
