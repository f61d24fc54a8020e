#include "common/adapters/sqlite/writer.hpp"

#include "common/adapters/sql/numbering.hpp"
#include "common/base/end_process.hpp"
#include "common/base/log.hpp"

namespace harvest::sqlite {

void Writer::stop_if_broken() const
{
    if (!connection_.broken()) return;
    end_process("the disk fails: what was written is uncertain, so the process ends; it recovers when started again",
                {{"error.message", connection_.last_message()}});
}

void Writer::run_one(sql::Pending& job)
{
    if (clock_.monotonic() >= job.by.at) {
        job.outcome = Errc::timed_out;
        return;
    }
    const std::size_t numbers = connection_.mark();
    const Result<sql::Rows> opened = connection_.execute("SAVEPOINT job");
    if (!opened) {
        job.outcome = opened.error();
        return;
    }
    try {
        job.outcome = job.job(connection_);
    }
    catch (const std::exception& error) {
        log::error("a database job ended by an exception", {{"error.message", error.what()}});
        job.outcome = Errc::internal;
    }
    if (!connection_.in_transaction()) return; // SQLite has rolled back everything
    if (!job.outcome) {
        connection_.undo_to(numbers);
        (void)connection_.execute("ROLLBACK TO job");
    }
    (void)connection_.execute("RELEASE job");
}

void Writer::run_all(const std::vector<std::shared_ptr<sql::Pending>>& jobs)
{
    for (const auto& job : jobs) {
        run_one(*job);
        stop_if_broken();
        if (!connection_.in_transaction()) return;
    }
}

Result<sql::Rows> Writer::end_group()
{
    if (connection_.in_transaction()) {
        const Result<void> stored = sql::store_numbers(connection_);
        if (!stored) return stored.error();
    }
    if (!connection_.in_transaction()) return Errc::unavailable; // the disk is full: SQLite has undone the group
    return connection_.execute("COMMIT");
}

void Writer::commit(const std::vector<std::shared_ptr<sql::Pending>>& jobs)
{
    const Result<sql::Rows> begun = connection_.execute("BEGIN IMMEDIATE");
    Result<sql::Rows> ended = begun;
    if (begun) {
        run_all(jobs);
        ended = end_group();
    }
    stop_if_broken();
    if (ended) {
        ++commits_;
        jobs_ += jobs.size();
        return;
    }
    if (connection_.in_transaction()) (void)connection_.execute("ROLLBACK");
    connection_.forget_numbers();
    for (const auto& job : jobs) job->outcome = ended.error();
}

void Writer::commit_and_answer(const std::vector<std::shared_ptr<sql::Pending>>& jobs)
{
    commit(jobs);
    const std::vector<sql::Appended> notes = sql::appended(connection_);
    connection_.forget_numbers();
    if (listener_ && !notes.empty()) listener_(notes);
    for (const auto& job : jobs) job->done.complete(job->outcome);
}

} // namespace harvest::sqlite
