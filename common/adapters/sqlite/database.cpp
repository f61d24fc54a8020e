#include "common/adapters/sqlite/database.hpp"

#include "common/adapters/sql/deadline_watch.hpp"
#include "common/adapters/sql/migrations.hpp"
#include "common/adapters/sqlite/connection.hpp"
#include "common/adapters/sqlite/data_lock.hpp"
#include "common/adapters/sqlite/writer.hpp"
#include "common/base/end_process.hpp"
#include "common/base/log.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <thread>

namespace harvest::sqlite {
namespace {

constexpr int checkpoint_pages = 1'000; // the log is folded back beside the writer from here on …
constexpr int crowded_pages = 6'000;    // … and by the writer itself, which lets the log start anew, from here on

void check(const Result<void>& outcome, const SqliteConnection& connection, const std::string& path)
{
    if (!outcome)
        throw sql::OpenError(classify(outcome.error()),
                             fmt::format("cannot open {}: {}", path, connection.last_message()));
}

void make_folder(const std::filesystem::path& folder)
{
    std::error_code error;
    if (std::filesystem::exists(folder, error)) return;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw sql::OpenError(Errc::unavailable, fmt::format("cannot make {}: {}", folder.string(), error.message()));
    ::chmod(folder.c_str(), 0700);
}

// With its final mode from the start; SQLite gives its log the same one.
void make_file(const std::string& path)
{
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        throw sql::OpenError(Errc::unavailable, fmt::format("cannot open {}: {}", path, std::strerror(errno)));
    ::close(file);
}

} // namespace

struct SqliteDatabase::State {
    State(Options given, const Clock& clock_port) : options(std::move(given)), clock(clock_port) {}

    Options options;
    const Clock& clock;
    std::unique_ptr<DataLock> lock;
    std::unique_ptr<SqliteConnection> main; // the writer's; only for reading if read_only
    std::unique_ptr<Writer> writer;
    sql::JobQueue writes{options.queue_capacity, Errc::in_doubt};
    sql::JobQueue reads{options.queue_capacity, Errc::timed_out};
    std::atomic<std::uint64_t> read_count{0};
    std::atomic<int> log_pages{0};
    std::mutex now_mutex; // the connection of read_now()
    std::unique_ptr<SqliteConnection> now_connection;

    std::mutex fold_mutex;
    std::condition_variable fold_changed;
    bool fold = false, closing = false;
    std::optional<sql::DeadlineWatch> watch;
    std::vector<std::thread> threads;

    std::unique_ptr<SqliteConnection> open(Access access, int cache_kib) const
    {
        auto connection = std::make_unique<SqliteConnection>(options.path, access);
        check(connection->run(fmt::format("PRAGMA cache_size=-{}; PRAGMA temp_store=MEMORY;", cache_kib)), *connection,
              options.path);
        return connection;
    }

    void open_for_writing()
    {
        const std::filesystem::path folder = std::filesystem::absolute(options.path).parent_path();
        make_folder(folder);
        lock = std::make_unique<DataLock>((folder / "harvest.lock").string());
        make_file(options.path);
        main = open(Access::read_write, 32 * 1024);
        // What is deleted is overwritten: a key that is gone is not among the file's free pages.
        check(main->run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
                        "PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON;"),
              *main, options.path);
        check(main->run("BEGIN EXCLUSIVE"), *main, options.path);
        const SqliteDialect dialect;
        sql::migrate(*main, dialect, sql::migrations(), clock.now());
        check(main->run("COMMIT"), *main, options.path);
        sync_directory(folder.string());
        writer = std::make_unique<Writer>(*main, clock);
        sqlite3_wal_hook(
            main->handle(),
            [](void* self, sqlite3*, const char*, int pages) {
                static_cast<State*>(self)->log_pages = pages;
                return SQLITE_OK;
            },
            this);
    }

    // An error of a checkpoint that is not "busy" or "full" means that the disk fails.
    void checkpoint(SqliteConnection& connection, int mode) const
    {
        const int code = sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, mode, nullptr, nullptr);
        if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED) return;
        if ((code & 0xff) == SQLITE_FULL || sqlite3_system_errno(connection.handle()) == ENOSPC) return;
        end_process("folding the log into the database failed, so the process ends; it recovers when started again",
                    {{"error.message", connection.last_message()}});
    }

    void write_loop()
    {
        for (;;) {
            const auto jobs = writes.take(options.group);
            if (jobs.empty()) return;
            writer->commit_and_answer(jobs);
            writes.finished(jobs);
            if (log_pages >= crowded_pages)
                checkpoint(*main, SQLITE_CHECKPOINT_PASSIVE);
            else if (log_pages >= checkpoint_pages)
                wake_folder();
        }
    }

    void wake_folder()
    {
        {
            const std::lock_guard guard(fold_mutex);
            if (fold) return;
            fold = true;
        }
        fold_changed.notify_all();
    }

    void fold_loop(SqliteConnection& connection)
    {
        for (;;) {
            std::unique_lock guard(fold_mutex);
            fold_changed.wait(guard, [this] { return fold || closing; });
            if (closing) return;
            guard.unlock();
            checkpoint(connection, SQLITE_CHECKPOINT_PASSIVE);
            guard.lock();
            fold = false;
        }
    }

    void run_read(SqliteConnection& connection, sql::Pending& pending)
    {
        if (clock.monotonic() >= pending.by.at) {
            pending.outcome = Errc::timed_out;
            return;
        }
        connection.limit(&clock, pending.by);
        pending.outcome = run_snapshot(connection, pending.job);
        connection.limit(nullptr, {});
        ++read_count;
    }

    static Result<void> run_snapshot(SqliteConnection& connection, const sql::Job& job)
    {
        const Result<sql::Rows> begun = connection.execute("BEGIN");
        if (!begun) return begun.error();
        Result<void> outcome{};
        try {
            outcome = job(connection);
        }
        catch (const std::exception& error) {
            log::error("a database job ended by an exception", {{"error.message", error.what()}});
            outcome = Errc::internal;
        }
        if (connection.in_transaction()) (void)connection.run("ROLLBACK");
        connection.forget_numbers();
        return outcome;
    }

    void read_loop(SqliteConnection& connection)
    {
        for (;;) {
            const auto jobs = reads.take(1);
            if (jobs.empty()) return;
            run_read(connection, *jobs.front());
            jobs.front()->done.complete(jobs.front()->outcome);
            reads.finished(jobs);
        }
    }

    void start()
    {
        if (options.read_only)
            main = open(Access::read_only, 8 * 1024);
        else
            open_for_writing();
        if (!options.threads) return;
        // What may fail comes before the first thread: nobody hears what one of those throws.
        std::unique_ptr<SqliteConnection> folding;
        if (!options.read_only) {
            folding = open(Access::read_write, 256);
            check(folding->run("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"), *folding, options.path);
        }
        std::vector<std::unique_ptr<SqliteConnection>> reading;
        for (std::size_t i = 0; i < std::max<std::size_t>(1, options.readers); ++i)
            reading.push_back(open(Access::read_only, 8 * 1024));
        watch.emplace(std::vector{&writes, &reads}, clock);
        if (!options.read_only) {
            threads.emplace_back([this] { write_loop(); });
            threads.emplace_back([this, connection = std::move(folding)] { fold_loop(*connection); });
        }
        for (auto& each : reading)
            threads.emplace_back([this, connection = std::move(each)] { read_loop(*connection); });
    }

    void stop()
    {
        writes.close();
        reads.close();
        {
            const std::lock_guard guard(fold_mutex);
            closing = true;
        }
        fold_changed.notify_all();
        for (std::thread& thread : threads) thread.join();
        threads.clear();
        watch.reset();
        now_connection.reset();
        if (!options.read_only && main) checkpoint(*main, SQLITE_CHECKPOINT_TRUNCATE);
    }

    // Without threads a job runs in the caller's turn.
    static AsyncResult<void> submit(State& state, sql::JobQueue& queue, sql::Job job, Deadline by)
    {
        if (state.options.threads)
            co_return co_await sql::run_queued(queue, *state.watch, state.clock, std::move(job), by);
        if (state.clock.monotonic() >= by.at) co_return Errc::timed_out;
        const auto pending = std::make_shared<sql::Pending>();
        pending->job = std::move(job);
        pending->by = by;
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        if (&queue == &state.writes)
            state.writer->commit_and_answer({pending});
        else
            state.run_read(*state.main, *pending);
        co_return pending->outcome;
    }
};

SqliteDatabase::SqliteDatabase(Options options, const Clock& clock)
    : state_(std::make_unique<State>(std::move(options), clock))
{
    state_->start();
}

SqliteDatabase::~SqliteDatabase()
{
    state_->stop();
}

AsyncResult<void> SqliteDatabase::write(sql::Job job, Deadline by)
{
    if (state_->options.read_only) return []() -> AsyncResult<void> { co_return Errc::unavailable; }();
    return State::submit(*state_, state_->writes, std::move(job), by);
}

AsyncResult<void> SqliteDatabase::read(sql::Job job, Deadline by)
{
    return State::submit(*state_, state_->reads, std::move(job), by);
}

Result<void> SqliteDatabase::read_now(const sql::Job& job)
{
    const std::lock_guard guard(state_->now_mutex);
    if (!state_->now_connection) state_->now_connection = state_->open(Access::read_only, 2 * 1024);
    return State::run_snapshot(*state_->now_connection, job);
}

void SqliteDatabase::on_append(std::function<void(std::span<const sql::Appended>)> listener)
{
    if (state_->writer) state_->writer->on_append(std::move(listener));
}

Result<void> SqliteDatabase::backup_to(const std::string& path)
{
    std::error_code error;
    if (std::filesystem::exists(path, error)) return Errc::already_exists;
    const std::lock_guard guard(state_->now_mutex);
    if (!state_->now_connection) state_->now_connection = state_->open(Access::read_only, 2 * 1024);
    const std::string_view target = path;
    const Result<sql::Rows> copied = state_->now_connection->execute("VACUUM INTO $1", {target});
    if (!copied) return copied.error();
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fchmod(file, 0600) == 0 && ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    if (!synced) return Errc::unavailable;
    try {
        sync_directory(std::filesystem::absolute(path).parent_path().string());
    }
    catch (const sql::OpenError&) {
        return Errc::unavailable;
    }
    return {};
}

Result<std::vector<std::string>> SqliteDatabase::verify()
{
    std::vector<std::string> faults;
    const auto look = [&faults](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows = connection.execute("PRAGMA integrity_check");
        if (!rows) return rows.error();
        for (const sql::Row& row : *rows)
            if (row.text(0) != "ok") faults.push_back(row.text(0));
        return {};
    };
    const Result<void> looked = read_now(look);
    if (!looked) return looked.error();
    return faults;
}

SqliteDatabase::Figures SqliteDatabase::figures() const
{
    Figures figures;
    if (state_->writer) {
        figures.commits = state_->writer->commits();
        figures.writes = state_->writer->jobs();
    }
    figures.reads = state_->read_count;
    figures.write_queue = state_->writes.size();
    figures.read_queue = state_->reads.size();
    return figures;
}

} // namespace harvest::sqlite
