#include "cli/compose_backend.hpp"

#include "cli/compose_rpc.hpp"
#include "common/adapters/kafka/event_log.hpp"
#include "common/adapters/local/local_rpc.hpp"
#include "common/adapters/memory/memory_cache.hpp"
#include "common/adapters/memory/memory_presence.hpp"
#include "common/adapters/memory/memory_rate_limit.hpp"
#include "common/adapters/memory/memory_resume_buffers.hpp"
#include "common/adapters/postgres/database.hpp"
#include "common/adapters/redis/connection.hpp"
#include "common/adapters/redis/redis_cache.hpp"
#include "common/adapters/redis/redis_leaderboards.hpp"
#include "common/adapters/redis/redis_presence.hpp"
#include "common/adapters/redis/redis_rate_limit.hpp"
#include "common/adapters/redis/redis_resume_buffers.hpp"
#include "common/adapters/sql/event_keeping.hpp"
#include "common/adapters/sql/event_log.hpp"
#include "common/adapters/sql/leases.hpp"
#include "common/adapters/sql/outbox_cursor.hpp"
#include "common/adapters/sqlite/database.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "common/base/ids.hpp"
#include "common/base/log.hpp"
#include "common/config/values.hpp"
#include "common/crypto/secret_file.hpp"
#include "common/protocol/events.hpp"
#include "common/runtime/relay.hpp"
#include "common/runtime/standby.hpp"

#include <fmt/format.h>

namespace harvest::cli {
namespace {

[[noreturn]] void fail(const Error& code, const std::string& what)
{
    throw boost::system::system_error(code, what);
}

std::string secret_of(const config::SecretRef& secret, std::string_view key)
{
    if (secret.where.empty())
        throw ConfigurationError(fmt::format("{} is not set", key), "it is needed with this configuration",
                                 fmt::format("set {} to file:PATH, env:NAME or credential:NAME", key));
    Result<std::string> value = config::resolve_secret(secret);
    if (!value)
        throw ConfigurationError(fmt::format("{} cannot be read from {}", key, secret.where), value.error().message(),
                                 "a secret is file:PATH, env:NAME or credential:NAME of something that is there");
    return std::move(*value);
}

std::string pem_of(const std::string& path, std::string_view key)
{
    if (path.empty()) return {};
    Result<std::string> text = crypto::read_file(path);
    if (!text) fail(text.error(), fmt::format("{} cannot be read: {}", key, path));
    return std::move(*text);
}

sqlite::Options sqlite_options(const std::filesystem::path& directory, const StoreSettings& store)
{
    sqlite::Options options;
    options.path = directory / "harvest.db";
    options.readers = store.readers == 0 ? 2 : static_cast<std::size_t>(store.readers);
    options.group = store.group == 0 ? 512 : static_cast<std::size_t>(store.group);
    return options;
}

postgres::Options postgres_options(const StoreSettings& store)
{
    postgres::Options options;
    options.dsn = secret_of(store.dsn, "store.dsn");
    options.schema = store.schema;
    options.readers = store.readers == 0 ? 4 : static_cast<std::size_t>(store.readers);
    options.group = store.group == 0 ? 60 : static_cast<std::size_t>(store.group);
    options.attempts = static_cast<std::size_t>(store.attempts);
    options.connect_timeout = store.connect_timeout;
    options.statement_timeout = store.statement_timeout;
    options.idle_timeout = store.idle_timeout;
    options.poll_interval = store.poll_interval;
    return options;
}

[[noreturn]] void refuse(const sql::OpenError& error, const StoreSettings& store)
{
    const bool away = error.code() == Errc::unavailable || error.code() == Errc::timed_out;
    if (away && store.kind == "postgres") throw DependencyAway(make_error_code(Errc::unavailable), error.what());
    if (error.code() == Errc::invalid_argument)
        throw ConfigurationError("the store cannot be opened as configured", error.what(),
                                 "see the keys: harvestctl config print --key store");
    fail(error.code(), error.what());
}

// Of the event log, whoever carries it; what is not named is kept for ever.
sql::TopicRetention topics_kept(const KafkaSettings& settings)
{
    return {{std::string(protocol::topic::chat), settings.chat_retention},
            {std::string(protocol::topic::system), settings.system_retention}};
}

kafka::Options kafka_options(const KafkaSettings& settings, const std::string& slot)
{
    kafka::Options options;
    options.brokers = settings.brokers;
    options.client_id = settings.client_id + (slot.empty() ? "" : '-' + slot);
    options.prefix = settings.prefix;
    options.tls = {settings.tls, settings.ca, settings.certificate, settings.key};
    if (!settings.sasl_mechanism.empty())
        options.sasl = {settings.sasl_mechanism, settings.sasl_username,
                        secret_of(settings.sasl_password, "kafka.sasl_password")};
    const auto partitions = static_cast<std::int32_t>(settings.partitions);
    const sql::TopicRetention kept = topics_kept(settings);
    for (const std::string_view name : {protocol::topic::user, protocol::topic::game, protocol::topic::system,
                                        protocol::topic::battle, protocol::topic::chat}) {
        const auto named = kept.find(std::string(name));
        options.topics.push_back({std::string(name), partitions, named == kept.end() ? Millis{} : named->second});
    }
    options.make_topics = settings.create_topics;
    options.replication = static_cast<std::int32_t>(settings.replication);
    options.compression = settings.compression;
    options.linger = settings.linger;
    options.delivery_timeout = settings.delivery_timeout;
    options.request_timeout = settings.request_timeout;
    options.session_timeout = settings.session_timeout;
    return options;
}

redis::Options redis_options(const RedisSettings& settings)
{
    redis::Options options;
    options.url = secret_of(settings.url, "redis.url");
    options.tls = {pem_of(settings.ca, "redis.ca"), pem_of(settings.certificate, "redis.certificate"),
                   pem_of(settings.key, "redis.key")};
    options.connect_timeout = settings.connect_timeout;
    return options;
}

} // namespace

std::unique_ptr<sql::Database> open_store(const std::filesystem::path& directory, const StoreSettings& store,
                                          const Clock& clock, bool read_only)
{
    try {
        if (store.kind == "postgres") {
            postgres::Options options = postgres_options(store);
            options.read_only = read_only;
            return std::make_unique<postgres::PostgresDatabase>(std::move(options), clock);
        }
        sqlite::Options options = sqlite_options(directory, store);
        options.read_only = read_only;
        return std::make_unique<sqlite::SqliteDatabase>(std::move(options), clock);
    }
    catch (const sql::OpenError& e) {
        refuse(e, store);
    }
}

std::string store_name(const StoreSettings& store)
{
    try {
        const std::string name = postgres::name_of(postgres_options(store));
        return store.schema.empty() ? name : fmt::format("{} schema {}", name, store.schema);
    }
    catch (const sql::OpenError& e) {
        refuse(e, store);
    }
}

// In the order in which they need each other.
struct Backend::Parts {
    Parts(const Settings& settings, BackendOptions given, Clock& timer)
        : options(std::move(given)),
          clock(timer),
          database(open_store(options.directory, settings.store, timer)),
          store_log(*database, timer, topics_kept(settings.kafka)),
          leases(*database, timer),
          outbox(*database),
          outbox_kept(settings.event_log.outbox_retention),
          local_presence(timer),
          local_resumes(timer),
          local_cache(timer),
          local_limits(timer),
          local_rpc(timer)
    {
        if (settings.event_log.kind == "kafka") open_kafka(settings.kafka, options.slot);
        if (settings.shared.kind == "redis") open_redis(settings.redis);
        if (!options.slot.empty() || options.children) http_rpc = open_rpc(settings.rpc, options, local_rpc, clock);
        holder =
            fmt::format("{}-{}", options.slot.empty() ? "all" : options.slot, new_id<EventId>(clock, entropy).value);
    }

    void open_kafka(const KafkaSettings& settings, const std::string& slot)
    try {
        kafka_log = std::make_unique<kafka::KafkaEventLog>(kafka_options(settings, slot), clock);
    }
    catch (const boost::system::system_error& e) {
        if (e.code() == Errc::unavailable || e.code() == Errc::timed_out)
            throw DependencyAway(make_error_code(Errc::unavailable), message_of(e));
        if (e.code() == Errc::invalid_argument)
            throw ConfigurationError("the event log cannot be opened as configured", message_of(e),
                                     "see the keys: harvestctl config print --key kafka");
        throw;
    }

    void open_redis(const RedisSettings& settings)
    try {
        redis_connection = std::make_unique<redis::RedisConnection>(redis_options(settings));
        redis_prefix = settings.prefix;
        redis::PresenceOptions presence;
        presence.prefix = settings.prefix + "presence:";
        presence.timeout = settings.timeout;
        redis::RateLimitOptions limit;
        limit.prefix = settings.prefix + "limit:";
        redis::CacheOptions cache;
        cache.prefix = redis_prefix + "cache:";
        redis_cache = std::make_unique<redis::RedisCache>(*redis_connection, clock, std::move(cache));
        redis::ResumeOptions resume;
        resume.prefix = settings.prefix + "resume:";
        resume.timeout = settings.timeout;
        redis_resumes =
            std::make_unique<redis::RedisResumeBuffers>(*redis_connection, clock, entropy, std::move(resume));
        redis_presence = std::make_unique<redis::RedisPresence>(*redis_connection, clock, std::move(presence));
        redis_limits =
            std::make_unique<redis::RedisRateLimit>(*redis_connection, local_limits, clock, std::move(limit));
    }
    catch (const boost::system::system_error&) {
        throw;
    }
    catch (const ConfigurationError&) {
        throw;
    }
    catch (const std::runtime_error& e) {
        throw ConfigurationError("Redis cannot be used as configured", e.what(),
                                 "see the keys: harvestctl config print --key redis");
    }

    BackendOptions options;
    Clock& clock;
    system::SystemEntropy entropy;
    std::string holder; // of leases: this process, this time
    std::unique_ptr<sql::Database> database;
    sql::SqlEventLog store_log;
    sql::SqlLeases leases;
    sql::SqlOutbox outbox;
    Millis outbox_kept; // after Kafka has it; zero: for ever
    std::unique_ptr<kafka::KafkaEventLog> kafka_log;
    memory::MemoryPresence local_presence;
    memory::MemoryResumeBuffers local_resumes;
    memory::MemoryCache local_cache;
    memory::MemoryRateLimit local_limits;
    std::string redis_prefix;
    std::unique_ptr<redis::RedisConnection> redis_connection;
    std::unique_ptr<redis::RedisPresence> redis_presence;
    std::unique_ptr<redis::RedisResumeBuffers> redis_resumes;
    std::unique_ptr<redis::RedisCache> redis_cache;
    std::unique_ptr<redis::RedisRateLimit> redis_limits;
    local::LocalRpc local_rpc;
    std::unique_ptr<web::HttpRpc> http_rpc;
};

Backend::Backend(const Settings& settings, BackendOptions options, Clock& clock)
    : parts_(std::make_unique<Parts>(settings, std::move(options), clock))
{
}

Backend::~Backend() = default;

sql::Database& Backend::database()
{
    return *parts_->database;
}

EventLog& Backend::log()
{
    if (parts_->kafka_log) return *parts_->kafka_log;
    return parts_->store_log;
}

EventLogAdmin& Backend::log_admin()
{
    if (parts_->kafka_log) return *parts_->kafka_log;
    return parts_->store_log;
}

Presence& Backend::presence()
{
    if (parts_->redis_presence) return *parts_->redis_presence;
    return parts_->local_presence;
}

Cache& Backend::cache()
{
    if (parts_->redis_cache) return *parts_->redis_cache;
    return parts_->local_cache;
}

ResumeBuffers& Backend::resumes()
{
    if (parts_->redis_resumes) return *parts_->redis_resumes;
    return parts_->local_resumes;
}

RateLimit& Backend::limits()
{
    if (parts_->redis_limits) return *parts_->redis_limits;
    return parts_->local_limits;
}

Rpc& Backend::rpc()
{
    if (parts_->http_rpc) return *parts_->http_rpc;
    return parts_->local_rpc;
}

std::unique_ptr<Progress> Backend::leaderboards(Progress& store)
{
    if (!parts_->redis_connection) return nullptr;
    redis::LeaderboardOptions boards;
    boards.prefix = parts_->redis_prefix + "board:";
    return std::make_unique<redis::RedisLeaderboards>(*parts_->redis_connection, store, parts_->clock,
                                                      std::move(boards));
}

void Backend::instances_at(std::vector<std::string> targets)
{
    std::string why;
    web::RpcTargets all{{"instance", std::move(targets)}};
    if (const Result<void> done = parts_->http_rpc->retarget(std::move(all), why); !done)
        log::error("the instances cannot be called", {{"error.message", why.empty() ? done.error().message() : why}});
}

std::optional<Millis> Backend::certificate_expires() const
{
    if (!parts_->http_rpc) return std::nullopt;
    return parts_->http_rpc->certificate_expires();
}

Backend::Make Backend::relay(telemetry::Metrics& metrics)
{
    if (!parts_->kafka_log) return {};
    const telemetry::Gauge age = metrics.gauge("harvest_eventlog_outbox_age_seconds",
                                               "Age of the oldest event that was committed and is not carried yet.");
    return [parts = parts_.get(), age](const Executor& executor) -> std::unique_ptr<Supervised> {
        RelayConfig config;
        config.on_age = [age](Millis old) { age.set(static_cast<double>(old.count()) / 1000); };
        config.holder = parts->holder;
        config.lease_length = 5s;
        return std::make_unique<Relay>(std::move(config), executor, parts->outbox, *parts->kafka_log, parts->leases,
                                       parts->clock);
    };
}

Backend::Make Backend::retention()
{
    if (parts_->kafka_log) return {};
    return [parts = parts_.get()](const Executor& executor) -> std::unique_ptr<Supervised> {
        sql::EventKeeping::Forget forget = [parts](std::size_t max, Deadline by) {
            return parts->store_log.forget_expired(max, by);
        };
        return std::make_unique<sql::EventKeeping>(std::move(forget), executor, parts->clock);
    };
}

Backend::Make Backend::outbox_retention()
{
    if (!parts_->kafka_log || parts_->outbox_kept == Millis{}) return {};
    Make make = [parts = parts_.get()](const Executor& executor) -> std::unique_ptr<Supervised> {
        sql::EventKeeping::Forget forget = [parts](std::size_t max, Deadline by) {
            return parts->outbox.forget_carried(parts->clock.now() - parts->outbox_kept, max, by);
        };
        return std::make_unique<sql::EventKeeping>(std::move(forget), executor, parts->clock);
    };
    return alone("retention", std::move(make));
}

Backend::Make Backend::alone(std::string lease, Make make)
{
    if (parts_->options.slot.empty()) return make;
    return [parts = parts_.get(), lease = std::move(lease),
            make = std::move(make)](const Executor& executor) -> std::unique_ptr<Supervised> {
        StandbyConfig config;
        config.lease = lease;
        config.holder = parts->holder;
        return std::make_unique<Standby>(std::move(config), make, executor, parts->leases, parts->clock);
    };
}

} // namespace harvest::cli
