// The SQLite driver: WAL, synchronous=FULL, one writer thread that commits in groups, a few reading connections.
// A full disk refuses writes (unavailable) until there is space; any other I/O error of a write ends the process, for
// after a failed fsync nobody knows what is on disk.
#pragma once

#include "common/adapters/sql/database.hpp"

#include <memory>
#include <string>

namespace harvest::sqlite {

struct Options {
    std::string path;                   // of the database file; its folder is made (mode 0700) and locked
    bool read_only{};                   // for tools beside a running daemon: no lock, no migration, no writes
    bool threads{true};                 // false: jobs run on the caller's executor, for simulation
    std::size_t readers{2};             // reading connections, a thread each
    std::size_t queue_capacity{16'384}; // jobs waiting, writes and reads apart
    std::size_t group{512};             // most jobs in one commit
};

class SqliteDatabase final : public sql::Database {
public:
    // Opens, recovers and migrates. Throws sql::OpenError.
    SqliteDatabase(Options options, const Clock& clock);
    // Ends what is queued, folds the log into the database file, closes.
    ~SqliteDatabase() override;

    AsyncResult<void> write(sql::Job job, Deadline by) override;
    AsyncResult<void> read(sql::Job job, Deadline by) override;
    Result<void> read_now(const sql::Job& job) override;
    void on_append(std::function<void(std::span<const sql::Appended>)> listener) override;

    // A consistent copy while work goes on, synced. Errors: already_exists, unavailable.
    Result<void> backup_to(const std::string& path);
    // SQLite's own check of the whole file: empty if sound.
    Result<std::vector<std::string>> verify();

    struct Figures {
        std::uint64_t commits{}, writes{}, reads{};
        std::size_t write_queue{}, read_queue{};
    };
    Figures figures() const;

    struct State;

private:
    std::unique_ptr<State> state_;
};

} // namespace harvest::sqlite
