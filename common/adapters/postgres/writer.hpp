// The one writer of this process: takes what waits, runs each job in its own savepoint, commits them together, then
// answers. All writers of a schema take turns by a lock that a transaction holds until it ends, so numbers have no
// gaps, commits no deadlocks, and a group's one fsync is for many. (Locks on the rows would not do: a savepoint that
// is rolled back gives them up, and two groups take them in different orders.)
#pragma once

#include "common/adapters/postgres/link.hpp"
#include "common/adapters/sql/job_queue.hpp"

#include <atomic>

namespace harvest::postgres {

class Writer {
public:
    using Jobs = std::vector<std::shared_ptr<sql::Pending>>;
    using Report = std::function<void(std::span<const sql::Appended>)>;

    // A job that the database asks to run again is run `attempts` times, then ends as `conflict`.
    Writer(const Target& target, const Clock& clock, std::size_t attempts, Report report);

    // Reports what has been appended, sets outcomes, answers.
    void commit_and_answer(const Jobs& jobs);

    std::uint64_t commits() const { return commits_; }
    std::uint64_t jobs() const { return jobs_; }

private:
    // Jobs that left nothing behind and may be run again, with the outcome that they have if they are not.
    Jobs run_group(const Jobs& jobs);
    bool run_jobs(PostgresConnection& connection, const Jobs& jobs, Jobs& again);
    void run_job(PostgresConnection& connection, sql::Pending& job);
    Result<void> end_group(PostgresConnection& connection, Jobs& kept);
    static void fail(const Jobs& jobs, Error error);
    void pause(std::size_t attempt);

    const Clock& clock_;
    Link link_;
    std::size_t attempts_;
    Report report_;
    bool savepoint_ = false; // one is open
    std::minstd_rand random_{std::random_device{}()};
    std::atomic<std::uint64_t> commits_{0}, jobs_{0};
};

} // namespace harvest::postgres
