// The PostgreSQL driver: one writing session that commits in groups, a few reading ones, one that listens. It needs
// PostgreSQL 15 or newer. A connection that is lost is opened again with backoff; until then calls end as unavailable.
#pragma once

#include "common/adapters/sql/database.hpp"

#include <memory>
#include <string>

namespace harvest::postgres {

struct Options {
    std::string dsn;        // a URI or key=value pairs as libpq takes them, sslmode and sslrootcert included
    std::string schema;     // made if it is not there; empty: the first one of the role's search path
    bool read_only{};       // for tools beside running daemons: no migration, no writes
    std::size_t readers{4}; // reading sessions, a thread each
    std::size_t queue_capacity{16'384}; // jobs waiting, writes and reads apart
    std::size_t group{60};              // most jobs in one commit; past 64 savepoints all snapshots get slower
    std::size_t attempts{5};            // runs of a job that meets a deadlock or a serialization failure
    Millis connect_timeout{3s};         // in whole seconds, 2 at least
    Millis statement_timeout{5s};       // of each statement, and of the wait for a turn to write
    Millis idle_timeout{5s};            // the server ends a transaction of ours that has stood still for longer
    Millis poll_interval{1s};           // at most so late is an event seen whose notification was lost
};

// What people call it: host:port/database, without secrets. Throws sql::OpenError.
std::string name_of(const Options& options);

class PostgresDatabase final : public sql::Database {
public:
    // Connects and migrates. Throws sql::OpenError.
    PostgresDatabase(Options options, const Clock& clock);
    // Ends what is queued, closes.
    ~PostgresDatabase() override;

    AsyncResult<void> write(sql::Job job, Deadline by) override;
    AsyncResult<void> read(sql::Job job, Deadline by) override;
    Result<void> read_now(const sql::Job& job) override;
    void on_append(std::function<void(std::span<const sql::Appended>)> listener) override;

    struct Figures {
        std::uint64_t commits{}, writes{}, reads{};
        std::size_t write_queue{}, read_queue{};
    };
    Figures figures() const;

    struct State;

private:
    std::unique_ptr<State> state_;
};

} // namespace harvest::postgres
