#include "common/adapters/postgres/database.hpp"

#include "common/adapters/postgres/append_listener.hpp"
#include "common/adapters/postgres/migrate.hpp"
#include "common/adapters/postgres/writer.hpp"
#include "common/adapters/sql/deadline_watch.hpp"
#include "common/base/log.hpp"

#include <fmt/format.h>

#include <optional>
#include <thread>

namespace harvest::postgres {

namespace {

Target target_of(const Options& options)
{
    return make_target(options.dsn, options.schema, {options.statement_timeout, options.idle_timeout},
                       options.connect_timeout);
}

} // namespace

std::string name_of(const Options& options)
{
    return target_of(options).name;
}

struct PostgresDatabase::State {
    State(Options given, const Clock& clock_port)
        : options(std::move(given)),
          clock(clock_port),
          target(target_of(options))
    {
    }

    Options options;
    const Clock& clock;
    Target target;
    sql::JobQueue writes{options.queue_capacity, Errc::in_doubt};
    sql::JobQueue reads{options.queue_capacity, Errc::timed_out};
    AppendListener listener{target, clock, options.poll_interval};
    Writer writer{target, clock, options.attempts,
                  [this](std::span<const sql::Appended> notes) { listener.report(notes); }};
    std::atomic<std::uint64_t> read_count{0};
    std::mutex now_mutex; // the session of read_now()
    Link now_link{target, clock};
    std::optional<sql::DeadlineWatch> watch;
    std::vector<std::thread> threads;

    void start()
    {
        PostgresConnection first(target, clock);
        const Result<sql::Rows> durable = first.execute("SHOW fsync");
        if (durable && !durable->empty() && durable->front().text(0) == "off")
            log::warn("the database runs with fsync = off: what it acknowledges may be lost",
                      {{"server.address", target.name}});
        if (!options.read_only) migrate(first, target, clock);
        watch.emplace(std::vector{&writes, &reads}, clock);
        if (!options.read_only) threads.emplace_back([this] { write_loop(); });
        for (std::size_t i = 0; i < std::max<std::size_t>(1, options.readers); ++i)
            threads.emplace_back([this] { read_loop(); });
    }

    void stop()
    {
        writes.close();
        reads.close();
        for (std::thread& thread : threads) thread.join();
        watch.reset();
    }

    void write_loop()
    {
        for (;;) {
            const auto jobs = writes.take(std::max<std::size_t>(1, options.group));
            if (jobs.empty()) return;
            writer.commit_and_answer(jobs);
            writes.finished(jobs);
        }
    }

    void read_loop()
    {
        Link link(target, clock);
        for (;;) {
            const auto jobs = reads.take(1);
            if (jobs.empty()) return;
            sql::Pending& pending = *jobs.front();
            pending.outcome = run_read(link, pending.job, pending.by);
            pending.done.complete(pending.outcome);
            reads.finished(jobs);
        }
    }

    // A session that was lost while nobody used it costs one more attempt: a read changes nothing.
    Result<void> run_read(Link& link, const sql::Job& job, Deadline by)
    {
        Result<void> outcome = Errc::unavailable;
        for (int attempt = 0; attempt < 2; ++attempt) {
            if (clock.monotonic() >= by.at) return Errc::timed_out;
            PostgresConnection* connection = link.get();
            if (!connection) return Errc::unavailable;
            outcome = run_snapshot(*connection, job, by);
            ++read_count;
            if (!connection->lost()) break;
            link.drop_lost();
        }
        return outcome;
    }

    Result<void> run_snapshot(PostgresConnection& connection, const sql::Job& job, Deadline by) const
    {
        const Millis left = std::min(by.at - clock.monotonic(), options.statement_timeout);
        const Result<void> begun = connection.run(begin_read(left));
        if (!begun) return Errc::unavailable;
        connection.limit(by, left + 1s);
        Result<void> outcome{};
        try {
            outcome = job(connection);
        }
        catch (const std::exception& error) {
            log::error("a database job ended by an exception", {{"error.message", error.what()}});
            outcome = Errc::internal;
        }
        connection.no_limit();
        connection.forget_numbers();
        (void)connection.run("ROLLBACK");
        if (connection.lost()) return Errc::unavailable;
        return outcome;
    }
};

PostgresDatabase::PostgresDatabase(Options options, const Clock& clock)
    : state_(std::make_unique<State>(std::move(options), clock))
{
    state_->start();
}

PostgresDatabase::~PostgresDatabase()
{
    state_->stop();
}

AsyncResult<void> PostgresDatabase::write(sql::Job job, Deadline by)
{
    if (state_->options.read_only) return []() -> AsyncResult<void> { co_return Errc::unavailable; }();
    return sql::run_queued(state_->writes, *state_->watch, state_->clock, std::move(job), by);
}

AsyncResult<void> PostgresDatabase::read(sql::Job job, Deadline by)
{
    return sql::run_queued(state_->reads, *state_->watch, state_->clock, std::move(job), by);
}

Result<void> PostgresDatabase::read_now(const sql::Job& job)
{
    const std::lock_guard guard(state_->now_mutex);
    return state_->run_read(state_->now_link, job, state_->clock.after(state_->options.statement_timeout));
}

void PostgresDatabase::on_append(std::function<void(std::span<const sql::Appended>)> listener)
{
    state_->listener.set(std::move(listener));
}

PostgresDatabase::Figures PostgresDatabase::figures() const
{
    Figures figures;
    figures.commits = state_->writer.commits();
    figures.writes = state_->writer.jobs();
    figures.reads = state_->read_count;
    figures.write_queue = state_->writes.size();
    figures.read_queue = state_->reads.size();
    return figures;
}

} // namespace harvest::postgres
