// What the stores need of a database; SQLite and PostgreSQL are two drivers of it. The SQL is the subset that both
// share: $1 parameters, ON CONFLICT, RETURNING, text, bigint and blob columns (binary collation), epoch milliseconds.
#pragma once

#include "common/adapters/sql/rows.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace harvest::sql {

// Where numbers are given out without gaps, in commit order: the partitions of the event log, and plain counters.
struct Sequence {
    std::string name;
    std::int32_t partition{}; // of the topic `name`; -1 for a counter
    friend auto operator<=>(const Sequence&, const Sequence&) = default;
};

// Events of one partition have reached the store: `end_offset` is where the next one will stand.
struct Appended {
    std::string topic;
    std::int32_t partition{};
    std::int64_t end_offset{};
};

// One connection inside one transaction; synchronous, for one thread.
class Connection {
public:
    virtual ~Connection() = default;
    // Errors: already_exists (a unique key), failed_precondition (a CHECK), conflict (serialization), unavailable,
    // timed_out, data_loss, internal.
    virtual Result<Rows> execute(std::string_view statement, std::span<const Param> params) = 0;

    Result<Rows> execute(std::string_view statement, std::initializer_list<Param> params = {})
    {
        return execute(statement, std::span<const Param>(params.begin(), params.size()));
    }

    // The next number of each sequence that this transaction has used; numbering.hpp reads and stores them.
    std::map<Sequence, std::int64_t>& next_numbers() { return next_numbers_; }
    void set_next(std::map<Sequence, std::int64_t>::iterator sequence, std::int64_t next)
    {
        undo_.emplace_back(sequence, sequence->second);
        sequence->second = next;
    }
    std::size_t mark() const { return undo_.size(); }
    // Takes back the numbers given out since, with the rows that they stood in.
    void undo_to(std::size_t mark)
    {
        for (; undo_.size() > mark; undo_.pop_back()) undo_.back().first->second = undo_.back().second;
    }
    void forget_numbers()
    {
        undo_.clear();
        next_numbers_.clear();
    }

private:
    std::map<Sequence, std::int64_t> next_numbers_;
    std::vector<std::pair<std::map<Sequence, std::int64_t>::iterator, std::int64_t>> undo_;
};

// The body of a transaction: an error rolls it back. A driver may run it more than once, so it changes nothing but
// through the connection and its own result; it owns what it refers to, as it may outlive the caller's wait.
using Job = std::function<Result<void>(Connection&)>;

// For any thread; a call resumes on the caller's executor. Errors besides the job's own: resource_exhausted (queue
// full), timed_out (not begun by the deadline; a read also if it takes longer), in_doubt (a write that had begun),
// unavailable, canceled (closing).
class Database {
public:
    virtual ~Database() = default;
    // One transaction, on disk when this returns success.
    virtual AsyncResult<void> write(Job job, Deadline by) = 0;
    // One consistent snapshot, which contains every write acknowledged before.
    virtual AsyncResult<void> read(Job job, Deadline by) = 0;
    // For start-up, tools and tests: runs on the calling thread.
    virtual Result<void> read_now(const Job& job) = 0;
    // One listener, set before the first write; runs on the database's thread after a commit, in commit order.
    virtual void on_append(std::function<void(std::span<const Appended>)> listener) = 0;
};

// The database cannot be opened; what() tells a person why.
class OpenError : public std::runtime_error {
public:
    OpenError(Errc code, const std::string& what) : std::runtime_error(what), code_(code) {}
    Errc code() const { return code_; }

private:
    Errc code_;
};

// A job with a result.
template <class T>
using Work = std::function<Result<T>(Connection&)>;

template <class T>
Job keep_result(std::shared_ptr<Result<T>> result, Work<T> work)
{
    return [result = std::move(result), work = std::move(work)](Connection& connection) -> Result<void> {
        *result = work(connection);
        if (!*result) return result->error();
        return {};
    };
}

template <class T>
AsyncResult<T> write(Database& database, Work<T> work, Deadline by)
{
    auto result = std::make_shared<Result<T>>(Errc::internal);
    Job job = keep_result<T>(result, std::move(work));
    const Result<void> done = co_await database.write(std::move(job), by);
    if (!done) co_return done.error(); // `result` may still be in use by the job
    co_return std::move(*result);
}

template <class T>
AsyncResult<T> read(Database& database, Work<T> work, Deadline by)
{
    auto result = std::make_shared<Result<T>>(Errc::internal);
    Job job = keep_result<T>(result, std::move(work));
    const Result<void> done = co_await database.read(std::move(job), by);
    if (!done) co_return done.error();
    co_return std::move(*result);
}

// Runs a statement for its effect: the number of rows that it changed.
inline Result<std::int64_t> change(Connection& connection, std::string_view statement,
                                   std::initializer_list<Param> params)
{
    const Result<Rows> rows = connection.execute(statement, params);
    if (!rows) return rows.error();
    return rows->changed;
}

} // namespace harvest::sql
