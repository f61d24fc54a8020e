#include "common/adapters/postgres/writer.hpp"

#include "common/adapters/sql/numbering.hpp"
#include "common/base/log.hpp"

#include <algorithm>
#include <thread>

namespace harvest::postgres {

Writer::Writer(const Target& target, const Clock& clock, std::size_t attempts, Report report)
    : clock_(clock),
      link_(target, clock),
      attempts_(std::max<std::size_t>(1, attempts)),
      report_(std::move(report))
{
}

void Writer::commit_and_answer(const Jobs& jobs)
{
    Jobs open = jobs;
    for (std::size_t attempt = 0; attempt < attempts_ && !open.empty(); ++attempt) {
        if (attempt > 0) pause(attempt);
        Jobs again = run_group(open);
        link_.drop_lost();
        for (const auto& job : open)
            if (std::find(again.begin(), again.end(), job) == again.end()) job->done.complete(job->outcome);
        open = std::move(again);
    }
    for (const auto& job : open) job->done.complete(job->outcome);
}

void Writer::fail(const Jobs& jobs, Error error)
{
    for (const auto& job : jobs) job->outcome = error;
}

// Others who collided with us must not meet us again at the same moment.
void Writer::pause(std::size_t attempt)
{
    std::this_thread::sleep_for(Millis{random_() % (std::uint64_t{2} << std::min<std::size_t>(attempt, 5))});
}

Writer::Jobs Writer::run_group(const Jobs& jobs)
{
    PostgresConnection* connection = link_.get();
    if (!connection) {
        fail(jobs, Errc::unavailable);
        return {};
    }
    connection->forget_numbers(); // other processes have counted on
    connection->forget_failure();
    savepoint_ = false;
    const Result<void> begun = connection->run(begin_write(connection->schema_number()));
    if (!begun) {
        fail(jobs, Errc::unavailable); // no turn within the limit, or no server
        (void)connection->run("ROLLBACK");
        return connection->lost() ? jobs : Jobs{};
    }
    Jobs again;
    if (!run_jobs(*connection, jobs, again)) {
        fail(jobs, Errc::unavailable);
        return jobs; // the server has undone everything
    }
    Jobs kept;
    for (const auto& job : jobs)
        if (std::find(again.begin(), again.end(), job) == again.end()) kept.push_back(job);
    const Result<void> ended = end_group(*connection, kept);
    if (!ended) {
        if (!connection->lost()) (void)connection->run("ROLLBACK");
        again.insert(again.end(), kept.begin(), kept.end());
        return again;
    }
    ++commits_;
    jobs_ += kept.size();
    const std::vector<sql::Appended> notes = sql::appended(*connection);
    if (!notes.empty()) report_(notes);
    return again;
}

// False if the connection is lost.
bool Writer::run_jobs(PostgresConnection& connection, const Jobs& jobs, Jobs& again)
{
    for (const auto& job : jobs) {
        connection.forget_failure();
        run_job(connection, *job);
        if (connection.lost()) return false;
        if (!job->outcome && connection.to_be_rerun()) {
            job->outcome = Errc::conflict;
            again.push_back(job);
        }
    }
    return true;
}

void Writer::run_job(PostgresConnection& connection, sql::Pending& job)
{
    if (clock_.monotonic() >= job.by.at) {
        job.outcome = Errc::timed_out;
        return;
    }
    const std::size_t numbers = connection.mark();
    const Result<void> opened = connection.run(savepoint_ ? "RELEASE job; SAVEPOINT job" : "SAVEPOINT job");
    if (!opened) {
        job.outcome = opened.error();
        return;
    }
    savepoint_ = true;
    try {
        job.outcome = job.job(connection);
    }
    catch (const std::exception& error) {
        log::error("a database job ended by an exception", {{"error.message", error.what()}});
        job.outcome = Errc::internal;
    }
    if (job.outcome && connection.transaction_failed()) job.outcome = Errc::internal; // it ignored a failure
    if (job.outcome) return;
    connection.undo_to(numbers);
    (void)connection.run("ROLLBACK TO job");
}

// Success, or a failure after which nothing of `kept` is in the store and each has the outcome to go with it; those
// that may not be run again are taken out of `kept`.
Result<void> Writer::end_group(PostgresConnection& connection, Jobs& kept)
{
    connection.forget_failure();
    Result<void> step = sql::store_numbers(connection);
    if (step && !sql::appended(connection).empty()) step = connection.run(notify(connection.schema_number()));
    const bool committing = step.has_value();
    if (committing) step = connection.commit();
    if (step) return step;
    const bool rerun = connection.to_be_rerun() || (connection.lost() && !committing);
    if (connection.lost() && committing) {
        for (const auto& job : kept)
            if (job->outcome) job->outcome = Errc::in_doubt; // it may have been done before the answer was lost
    } else {
        fail(kept, connection.lost() ? Errc::unavailable : Errc::conflict);
        if (!rerun) fail(kept, step.error());
    }
    if (!rerun) kept.clear();
    return step;
}

} // namespace harvest::postgres
