// The part of the composition root that stands behind what several processes share: the database and its stores, the
// event log, presence, limits and Rpc.
#pragma once

#include "cli/settings.hpp"
#include "common/adapters/sql/database.hpp"
#include "common/ports/cache.hpp"
#include "common/ports/event_log_admin.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/progress.hpp"
#include "common/ports/rate_limit.hpp"
#include "common/ports/resume_buffers.hpp"
#include "common/ports/rpc.hpp"
#include "common/runtime/supervised.hpp"
#include "common/telemetry/metrics.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace harvest::cli {

// The store that the settings name, of this data directory if it is the embedded one. With `read_only` it is not made
// or migrated. Throws ConfigurationError, or boost::system::system_error with a line for people.
std::unique_ptr<sql::Database> open_store(const std::filesystem::path& directory, const StoreSettings& store,
                                          const Clock& clock, bool read_only = false);
// What people call a PostgreSQL store: host:port/database, without secrets. Throws as open_store() does.
std::string store_name(const StoreSettings& store);

struct BackendOptions {
    std::filesystem::path directory;    // of this process
    std::filesystem::path rpc_identity; // folder of ca.crt, <daemon>.crt and .key
    std::vector<std::string> daemons;   // that this process runs
    std::string slot;                   // "auth-1" of a process that runs one daemon; empty: all are in this one
    bool children{};                    // of all, the instances are in processes of their own
    std::uint16_t rpc_port{};           // where a process answers that is not all there is
};

class Backend {
public:
    // Throws boost::system::system_error with a line for people.
    Backend(const Settings& settings, BackendOptions options, Clock& clock);
    ~Backend();

    sql::Database& database();
    EventLog& log();
    EventLogAdmin& log_admin();
    Presence& presence();
    ResumeBuffers& resumes();
    Cache& cache();
    RateLimit& limits();
    Rpc& rpc();
    // `store` with leaderboards that all processes share; null where they share nothing.
    std::unique_ptr<Progress> leaderboards(Progress& store);

    // When what proves to other daemons who this one is is over; null where there are no others.
    std::optional<Millis> certificate_expires() const;
    // Where instances answer from now on, "id@host:port" each. Not from Rpc's own thread; only with children.
    void instances_at(std::vector<std::string> targets);

    using Make = std::function<std::unique_ptr<Supervised>(const Executor& executor)>;
    // Carries what the stores have committed to Kafka, and tells `metrics` how old what waits is; null where the store
    // is the event log.
    Make relay(telemetry::Metrics& metrics);
    // Forgets what is past its topic's retention; null where Kafka does.
    Make retention();
    // Forgets what Kafka has been given long ago; null where the store is the event log, or that is kept for ever.
    Make outbox_retention();
    // `make`, by one process of all at a time, where there may be several.
    Make alone(std::string lease, Make make);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace harvest::cli
