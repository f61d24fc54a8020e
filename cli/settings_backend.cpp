#include "cli/settings_backend.hpp"

#include <algorithm>
#include <array>

namespace harvest::cli {

void StoreSettings::describe(config::Section& section)
{
    section.field({.name = "kind",
                   .doc = "Where the stores are: a file in the data directory, or a PostgreSQL server.",
                   .choices = {"sqlite", "postgres"}},
                  kind);
    section.field({.name = "dsn", .doc = "PostgreSQL connection URI, as libpq takes it."}, dsn);
    section.field({.name = "schema", .doc = "PostgreSQL schema, made if missing; empty: the role's own."}, schema);
    section.field(
        {.name = "readers", .doc = "Reading connections, a thread each; 0: 2 on SQLite, 4 on PostgreSQL.", .max = 64},
        readers);
    section.field({.name = "group", .doc = "Most jobs in one commit; 0: 512 on SQLite, 60 on PostgreSQL.", .max = 8192},
                  group);
    section.field(
        {.name = "attempts", .doc = "Runs of a job that meets a serialization failure.", .min = 1, .max = 100},
        attempts);
    section.field({.name = "connect_timeout", .doc = "How long connecting to PostgreSQL may take.", .min = 2'000},
                  connect_timeout);
    section.field({.name = "statement_timeout", .doc = "How long a statement may take.", .min = 100},
                  statement_timeout);
    section.field(
        {.name = "idle_timeout", .doc = "The server ends a transaction that has stood still for longer.", .min = 1'000},
        idle_timeout);
    section.field({.name = "poll_interval", .doc = "How late an event may be seen whose notification was lost."},
                  poll_interval);
}

void EventLogSettings::describe(config::Section& section)
{
    section.field({.name = "kind",
                   .doc = "Who carries events: the store itself (one process), or Kafka.",
                   .choices = {"local", "kafka"}},
                  kind);
    section.field({.name = "outbox_retention",
                   .doc = "How long the store keeps an event that Kafka has been given (0: for ever)."},
                  outbox_retention);
}

void KafkaSettings::describe(config::Section& section)
{
    section.field({.name = "brokers", .doc = "Some brokers of the cluster, host:port, joined by commas."}, brokers);
    section.field({.name = "client_id", .doc = "How the brokers name this process; the id of its slot follows."},
                  client_id);
    section.field({.name = "prefix", .doc = "Stands before every topic and consumer group."}, prefix);
    section.field({.name = "tls", .doc = "Whether connections are encrypted."}, tls);
    section.field({.name = "ca", .doc = "PEM file of the authorities; empty: the system's."}, ca);
    section.field({.name = "certificate", .doc = "PEM file of the client's certificate."}, certificate);
    section.field({.name = "key", .doc = "PEM file of its key."}, key);
    section.field({.name = "sasl_mechanism",
                   .doc = "How the client signs in; empty: not at all.",
                   .choices = {"", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}},
                  sasl_mechanism);
    section.field({.name = "sasl_username", .doc = "Name to sign in with."}, sasl_username);
    section.field({.name = "sasl_password", .doc = "Password to sign in with."}, sasl_password);
    section.field({.name = "create_topics", .doc = "Whether topics that are missing are made at the start."},
                  create_topics);
    section.field({.name = "partitions", .doc = "Partitions of a topic that is made.", .min = 1, .max = 1'000},
                  partitions);
    section.field({.name = "replication",
                   .doc = "Copies of a topic that is made; -1: as the brokers have it.",
                   .min = -1,
                   .max = 16},
                  replication);
    section.field(
        {.name = "chat_retention", .doc = "How long events of chat are kept, by Kafka or in the store (0: for ever)."},
        chat_retention);
    section.field(
        {.name = "system_retention",
         .doc = "How long those of harvest.system are kept, likewise; events of players and matches always are."},
        system_retention);
    section.field({.name = "compression", .doc = "How batches are compressed.", .choices = {"lz4", "zstd", "none"}},
                  compression);
    section.field({.name = "linger", .doc = "How long an event waits for company."}, linger);
    section.field({.name = "delivery_timeout", .doc = "An event not acknowledged by then is given up.", .min = 1'000},
                  delivery_timeout);
    section.field({.name = "request_timeout", .doc = "How long a question to the brokers may take.", .min = 100},
                  request_timeout);
    section.field(
        {.name = "session_timeout", .doc = "A reader not heard of for so long loses its partitions.", .min = 1'000},
        session_timeout);
}

void SharedSettings::describe(config::Section& section)
{
    section.field(
        {.name = "kind",
         .doc = "Where presence, shared rate limits and buffers to resume from are: this process, or Redis, which also "
                "shows leaderboards.",
         .choices = {"memory", "redis"}},
        kind);
}

void RedisSettings::describe(config::Section& section)
{
    section.field({.name = "url", .doc = "redis://[user:password@]host:port/database, or rediss:// for TLS."}, url);
    section.field({.name = "ca", .doc = "PEM file of the authorities; empty: the system's."}, ca);
    section.field({.name = "certificate", .doc = "PEM file of the client's certificate."}, certificate);
    section.field({.name = "key", .doc = "PEM file of its key."}, key);
    section.field({.name = "prefix", .doc = "Stands before every key."}, prefix);
    section.field({.name = "connect_timeout", .doc = "How long connecting may take.", .min = 10}, connect_timeout);
    section.field(
        {.name = "timeout", .doc = "How long presence and buffers to resume from wait for an answer.", .min = 10},
        timeout);
}

void RpcSettings::describe(config::Section& section)
{
    section.field({.name = "address", .doc = "Literal address on which other daemons call this process."}, address);
    section.field({.name = "port",
                   .doc =
                       "First Rpc port: gateway, connsrv, auth, match, instance, chat, metrics follow in this order, "
                       "further slots ten on."},
                  port);
    section.field(
        {.name = "tls_dir",
         .doc = "Folder of ca.crt and <daemon>.crt and .key, or all.crt and .key; empty: keys/rpc in data_dir."},
        tls_dir);
    section.field({.name = "connect_timeout", .doc = "How long connecting to a daemon may take.", .min = 10},
                  connect_timeout);
    section.field({.name = "drain_timeout", .doc = "How long calls that came in may take when a process stops."},
                  drain_timeout);
    section.field({.name = "auth", .doc = "Where auth answers, [id@]host:port each."}, auth);
    section.field({.name = "match", .doc = "Where match answers."}, match);
    section.field({.name = "instance", .doc = "Where instances answer."}, instance);
    section.field({.name = "chat", .doc = "Where chat answers."}, chat);
    section.field({.name = "connsrv", .doc = "Where connection servers answer."}, connsrv);
    section.field({.name = "gateway", .doc = "Where gateways answer."}, gateway);
}

std::map<std::string, std::vector<std::string>> RpcSettings::targets() const
{
    return {{"auth", auth}, {"match", match},     {"instance", instance},
            {"chat", chat}, {"connsrv", connsrv}, {"gateway", gateway}};
}

std::uint16_t port_apart(std::uint16_t first, std::string_view daemon, std::size_t slot)
{
    constexpr std::array<std::string_view, 7> order{"gateway",  "connsrv", "auth",   "match",
                                                    "instance", "chat",    "metrics"};
    const auto place = static_cast<std::size_t>(std::ranges::find(order, daemon) - order.begin());
    return first == 0 ? first : static_cast<std::uint16_t>(first + place + 10 * slot);
}

} // namespace harvest::cli
