// The one writer: takes what waits, runs each job in its own savepoint, commits them together, then answers.
#pragma once

#include "common/adapters/sql/job_queue.hpp"
#include "common/adapters/sqlite/connection.hpp"

#include <atomic>
#include <functional>

namespace harvest::sqlite {

class Writer {
public:
    Writer(SqliteConnection& connection, const Clock& clock) : connection_(connection), clock_(clock) {}

    // One commit for all; each job's outcome is set, nobody is answered yet.
    void commit(const std::vector<std::shared_ptr<sql::Pending>>& jobs);
    // Sets outcomes and answers, after telling the listener what has been appended.
    void commit_and_answer(const std::vector<std::shared_ptr<sql::Pending>>& jobs);
    void on_append(std::function<void(std::span<const sql::Appended>)> listener) { listener_ = std::move(listener); }

    std::uint64_t commits() const { return commits_; }
    std::uint64_t jobs() const { return jobs_; }

private:
    void run_all(const std::vector<std::shared_ptr<sql::Pending>>& jobs);
    void run_one(sql::Pending& job);
    Result<sql::Rows> end_group();
    // The I/O failed in a way that leaves the disk's content unknown: nothing may be acknowledged any more.
    void stop_if_broken() const;

    SqliteConnection& connection_;
    const Clock& clock_;
    std::function<void(std::span<const sql::Appended>)> listener_;
    std::atomic<std::uint64_t> commits_{0}, jobs_{0};
};

} // namespace harvest::sqlite
