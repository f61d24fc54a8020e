#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/sql/migrations.hpp"
#include "common/adapters/sqlite/connection.hpp"
#include "tests/contract/support/stores.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <map>
#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

sqlite::Options options_in(const TempDir& dir)
{
    sqlite::Options options;
    options.path = (dir.path() / "harvest.db").string();
    return options;
}

Result<void> run(sql::Connection& connection, std::string_view statement)
{
    const Result<sql::Rows> rows = connection.execute(statement);
    if (!rows) return rows.error();
    return {};
}

sql::Job statement(std::string text)
{
    return [text = std::move(text)](sql::Connection& connection) { return run(connection, text); };
}

std::int64_t number(sql::Database& database, const std::string& query)
{
    std::int64_t value = -1;
    const auto look = [&](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows = connection.execute(query);
        if (!rows) return rows.error();
        value = rows->front().integer(0);
        return {};
    };
    REQUIRE(database.read_now(look));
    return value;
}

std::string refusal(const sqlite::Options& options, const Clock& clock)
{
    try {
        const sqlite::SqliteDatabase database(options, clock);
        return "";
    }
    catch (const sql::OpenError& error) {
        return error.what();
    }
}

// Holds the writer until it is let go.
struct Plug {
    std::promise<void> entered, go;
    std::shared_future<void> released = go.get_future().share();
    sql::Job job()
    {
        return [this](sql::Connection&) -> Result<void> {
            entered.set_value();
            released.wait();
            return {};
        };
    }
};

} // namespace

TEST_CASE("A store's files are the owner's alone", "[sqlite]")
{
    TempDir dir;
    const system::SystemClock clock;
    sqlite::Options options;
    options.path = (dir.path() / "data" / "harvest.db").string();
    const sqlite::SqliteDatabase database(options, clock);
    struct stat info{};
    for (const std::string suffix : {"", "-wal", "-shm"}) {
        REQUIRE(::stat((options.path + suffix).c_str(), &info) == 0);
        CHECK((info.st_mode & 0777) == 0600);
    }
    REQUIRE(::stat((dir.path() / "data").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0700);
}

TEST_CASE("A data directory in use is refused by name, and free again afterwards", "[sqlite]")
{
    TempDir dir;
    const system::SystemClock clock;
    {
        const sqlite::SqliteDatabase database(options_in(dir), clock);
        const std::string why = refusal(options_in(dir), clock);
        CHECK(why.find("in use by process " + std::to_string(::getpid())) != std::string::npos);
        sqlite::Options reading = options_in(dir);
        reading.read_only = true;
        CHECK(refusal(reading, clock).empty());
    }
    CHECK(refusal(options_in(dir), clock).empty());
}

TEST_CASE("A store that cannot be opened says why", "[sqlite]")
{
    TempDir dir;
    const system::SystemClock clock;
    sqlite::Options options = options_in(dir);
    std::filesystem::create_directory(options.path);
    CHECK(refusal(options, clock).find(options.path) != std::string::npos);
    std::filesystem::remove(options.path);
    {
        std::ofstream garbage(options.path);
        for (int i = 0; i < 1'000; ++i) garbage << "this is not a database ";
    }
    CHECK(refusal(options, clock).find("not a database") != std::string::npos);
    options.path = "/proc/harvest/harvest.db";
    CHECK_FALSE(refusal(options, clock).empty());
}

TEST_CASE("A migration that changed, is missing, or is from the future is told apart", "[sqlite]")
{
    TempDir dir;
    const system::SystemClock clock;
    sqlite::SqliteConnection connection((dir.path() / "m.db").string(), sqlite::Access::read_write);
    const sqlite::SqliteDialect dialect;
    std::vector<sql::Migration> steps{{1, "one", {"CREATE TABLE one (id bigint PRIMARY KEY)"}},
                                      {2, "two", {"CREATE TABLE two (id text PRIMARY KEY, blob_value bytea)"}}};
    const auto attempt = [&](std::span<const sql::Migration> known) -> std::string {
        REQUIRE(connection.run("BEGIN EXCLUSIVE"));
        try {
            sql::migrate(connection, dialect, known, noon);
            REQUIRE(connection.run("COMMIT"));
            return "";
        }
        catch (const sql::OpenError& error) {
            if (connection.in_transaction()) REQUIRE(connection.run("ROLLBACK"));
            return error.what();
        }
    };
    const auto none = sql::migration_states(connection, dialect, steps);
    REQUIRE(none->size() == 2);
    CHECK((*none)[0].standing == sql::MigrationStanding::pending);
    CHECK((*none)[0].stored_checksum.empty());
    CHECK(attempt(std::span(steps).first(1)).empty());
    CHECK(attempt(steps).empty());
    CHECK(attempt(steps).empty());
    auto states = sql::migration_states(connection, dialect, steps);
    REQUIRE(states->size() == 2);
    CHECK((*states)[1].applied_at == noon);
    CHECK((*states)[1].standing == sql::MigrationStanding::applied);
    CHECK((*states)[1].stored_checksum == sql::checksum(steps[1]));
    states = sql::migration_states(connection, dialect, std::span(steps).first(1));
    REQUIRE(states->size() == 2);
    CHECK((*states)[1].standing == sql::MigrationStanding::unknown);
    CHECK(attempt(std::span(steps).first(1)).find("newer") != std::string::npos);
    std::vector<sql::Migration> edited = steps;
    edited[0].statements = {"CREATE TABLE one (id bigint PRIMARY KEY, more text)"};
    CHECK((*sql::migration_states(connection, dialect, edited))[0].standing == sql::MigrationStanding::altered);
    CHECK(attempt(edited).find("migration 1 (one) is not the one that was applied") != std::string::npos);

    // Half a step: its second statement fails, so nothing of it stays; mended, it goes through.
    std::vector<sql::Migration> half = steps;
    half.push_back({3, "three", {"CREATE TABLE three (id bigint PRIMARY KEY)", "CREATE TABLE one (id bigint)"}});
    CHECK(attempt(half).find("migration 3 (three) does not go through") != std::string::npos);
    states = sql::migration_states(connection, dialect, half);
    CHECK((*states)[2].applied_at == 0ms);
    CHECK((*states)[2].standing == sql::MigrationStanding::pending);
    half[2].statements.pop_back();
    CHECK(attempt(half).empty());
    // A step recorded without the one before it.
    REQUIRE(run(connection, "DELETE FROM schema_migrations WHERE version = 2"));
    CHECK((*sql::migration_states(connection, dialect, half))[1].standing == sql::MigrationStanding::skipped);
    CHECK(attempt(half).find("migration 2 (two) was not applied, though a later one was") != std::string::npos);
}

TEST_CASE("A job that fails takes nobody with it and leaves nothing", "[sqlite]")
{
    TempDir dir;
    const system::SystemClock clock;
    sqlite::SqliteDatabase database(options_in(dir), clock);
    Plug plug;
    Loop loop;
    std::vector<int> failed;
    const Deadline by = clock.after(20s);
    loop.spawn([&]() -> Task<void> {
        sql::Job job = plug.job();
        const Result<void> done = co_await database.write(std::move(job), by);
        REQUIRE(done);
    });
    for (int i = 0; i < 20; ++i)
        loop.spawn([&, i]() -> Task<void> {
            sql::Job job = [i](sql::Connection& connection) -> Result<void> {
                const auto insert = fmt::format("INSERT INTO counters (name, value) VALUES ('c{}', {})", i, i);
                if (const Result<void> put = run(connection, insert); !put) return put;
                if (i % 5 == 1) return Errc::conflict;
                if (i % 5 == 2) throw std::runtime_error("in a job");
                if (i % 5 == 3) return run(connection, insert); // twice the same key
                return {};
            };
            const Result<void> done = co_await database.write(std::move(job), by);
            if (!done) failed.push_back(i % 5);
        });
    loop.poll();
    plug.entered.get_future().wait();
    plug.go.set_value();
    loop.run();
    CHECK(failed.size() == 12);
    CHECK(number(database, "SELECT count(*) FROM counters") == 8);
    CHECK(database.figures().commits < 21); // the twenty went in one group, or nearly so
}

TEST_CASE("I10: the queue is bounded, and nobody waits past his deadline", "[sqlite]")
{
    TempDir dir;
    memory::ManualClock clock;
    sqlite::Options options = options_in(dir);
    options.queue_capacity = 3;
    sqlite::SqliteDatabase database(options, clock);
    auto plug = std::make_unique<Plug>();
    Loop loop;
    std::map<std::string, std::string> heard;
    const auto submit = [&](std::string name, sql::Job job, Millis within) {
        loop.spawn([&heard, &database, by = clock.after(within), name, job]() -> Task<void> {
            const Result<void> done = co_await database.write(job, by);
            heard[name] = done ? "ok" : std::string(wire_code(done.error()));
        });
        loop.poll();
    };
    submit("plug", plug->job(), 5s);
    plug->entered.get_future().wait();
    const auto insert = [](const std::string& name) {
        return statement("INSERT INTO counters (name, value) VALUES ('" + name + "', 1)");
    };
    submit("a", insert("a"), 1s);
    submit("b", insert("b"), 60s);
    submit("c", insert("c"), 1s);
    submit("d", insert("d"), 60s);
    submit("late", insert("late"), 0s);
    CHECK(heard["d"] == "resource_exhausted");
    CHECK(heard["late"] == "timed_out");
    const auto wait_for = [&](const std::string& name) {
        for (int i = 0; i < 500 && !heard.contains(name); ++i) {
            loop.poll();
            std::this_thread::sleep_for(5ms);
        }
        return heard[name];
    };
    clock.advance(2s);
    CHECK(wait_for("a") == "timed_out");
    CHECK(wait_for("c") == "timed_out");
    clock.advance(4s);
    CHECK(wait_for("plug") == "in_doubt"); // it had begun
    plug->go.set_value();
    CHECK(wait_for("b") == "ok");
    loop.run();
    CHECK(number(database, "SELECT count(*) FROM counters") == 1);
}

TEST_CASE("I10: a read that takes too long is cut off", "[sqlite]")
{
    TempDir dir;
    const system::SystemClock clock;
    sqlite::SqliteDatabase database(options_in(dir), clock);
    const Millis start = clock.monotonic();
    const auto endless =
        statement("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
    CHECK(get(database.read(endless, clock.after(100ms))).error() == Errc::timed_out);
    CHECK(clock.monotonic() - start < 3s);
    CHECK(get(database.read(statement("SELECT 1"), clock.after(5s)))); // the connection is sound
}

TEST_CASE("A read sees every write acknowledged before it, and writes nothing", "[sqlite]")
{
    TempDir dir;
    const system::SystemClock clock;
    sqlite::SqliteDatabase database(options_in(dir), clock);
    for (int i = 0; i < 50; ++i) {
        REQUIRE(
            get(database.write(statement(fmt::format("INSERT INTO counters VALUES ('c{}', 1)", i)), clock.after(5s))));
        std::int64_t seen = 0;
        sql::Job count = [&seen](sql::Connection& connection) -> Result<void> {
            const Result<sql::Rows> rows = connection.execute("SELECT count(*) FROM counters");
            if (!rows) return rows.error();
            seen = rows->front().integer(0);
            return {};
        };
        REQUIRE(get(database.read(count, clock.after(5s))));
        REQUIRE(seen == i + 1);
    }
    CHECK_FALSE(get(database.read(statement("DELETE FROM counters"), clock.after(5s))));
    CHECK(number(database, "SELECT count(*) FROM counters") == 50);
}

TEST_CASE("T34: a full disk refuses writes and takes them again when there is space", "[sqlite]")
{
    TempDir dir;
    const system::SystemClock clock;
    sqlite::SqliteDatabase database(options_in(dir), clock);
    const auto by = [&clock] { return clock.after(10s); };
    const auto pages = number(database, "PRAGMA page_count");
    REQUIRE(get(database.write(statement(fmt::format("PRAGMA max_page_count = {}", pages + 5)), by())));
    const auto big = [](int i) {
        return statement(
            fmt::format("INSERT INTO counters (name, value) VALUES ('{}{:05}', 1)", std::string(1'500, 'x'), i));
    };
    std::vector<int> acknowledged;
    int refused = 0;
    for (int i = 0; i < 40; ++i) {
        const Result<void> done = get(database.write(big(i), by()));
        if (done)
            acknowledged.push_back(i);
        else if (done.error() == Errc::unavailable)
            ++refused;
    }
    CHECK(refused > 0);
    CHECK(acknowledged.size() + static_cast<std::size_t>(refused) == 40);
    CHECK(get(database.read(statement("SELECT count(*) FROM counters"), by())));
    REQUIRE(get(database.write(statement("PRAGMA max_page_count = 100000"), by())));
    REQUIRE(get(database.write(big(99), by())));
    CHECK(number(database, "SELECT count(*) FROM counters") == static_cast<std::int64_t>(acknowledged.size()) + 1);
    CHECK(database.verify()->empty());
}

TEST_CASE("A backup is whole while work goes on", "[sqlite]")
{
    TempDir dir;
    const system::SystemClock clock;
    const std::string copy = (dir.path() / "copy.db").string();
    sqlite::SqliteDatabase database(options_in(dir), clock);
    std::atomic<bool> stop{false};
    std::thread writer([&] {
        for (int i = 0; !stop; ++i)
            (void)get(database.write(statement(fmt::format("INSERT INTO counters VALUES ('a{0}', 1), ('b{0}', 1)", i)),
                                     clock.after(5s)));
    });
    while (number(database, "SELECT count(*) FROM counters") < 20) std::this_thread::yield();
    const Result<void> copied = database.backup_to(copy);
    stop = true;
    writer.join();
    REQUIRE(copied);
    CHECK(database.backup_to(copy).error() == Errc::already_exists);
    sqlite::Options options;
    options.path = copy;
    options.read_only = true;
    sqlite::SqliteDatabase restored(options, clock);
    const auto rows = number(restored, "SELECT count(*) FROM counters");
    CHECK(rows >= 20);
    CHECK(rows % 2 == 0);
    CHECK(restored.verify()->empty());
    CHECK(get(restored.write(statement("DELETE FROM counters"), clock.after(1s))).error() == Errc::unavailable);
}

TEST_CASE("Every kind of value survives a round trip", "[sqlite]")
{
    TempDir dir;
    sqlite::SqliteConnection connection((dir.path() / "v.db").string(), sqlite::Access::read_write);
    REQUIRE(connection.run("CREATE TABLE v (i INTEGER, t TEXT, b BLOB) STRICT"));
    const std::string with_nul("a\0b", 3);
    const Bytes bytes{0, 255, 7};
    REQUIRE(connection.execute("INSERT INTO v VALUES ($1, $2, $3)",
                               {std::numeric_limits<std::int64_t>::min(), with_nul, ByteView(bytes)}));
    REQUIRE(connection.execute("INSERT INTO v VALUES ($1, $2, $3)", {std::int64_t{0}, "", ByteView()}));
    REQUIRE(connection.execute("INSERT INTO v VALUES ($3, $2, $1)", {nullptr, nullptr, nullptr}));
    const auto rows = connection.execute("SELECT i, t, b FROM v ORDER BY rowid");
    REQUIRE(rows->size() == 3);
    CHECK(rows->rows[0].integer(0) == std::numeric_limits<std::int64_t>::min());
    CHECK(rows->rows[0].text(1) == with_nul);
    CHECK(rows->rows[0].blob(2) == bytes);
    CHECK(rows->rows[1].text(1).empty());
    CHECK_FALSE(rows->rows[1].is_null(1));
    CHECK_FALSE(rows->rows[1].is_null(2));
    CHECK(rows->rows[2].is_null(0));
    CHECK(rows->rows[2].text(1).empty());
    CHECK_FALSE(connection.execute("INSERT INTO v VALUES ($1, $2, $3)", {"text", "x", ByteView()}));
    CHECK_FALSE(connection.execute("SELEKT"));
    CHECK(connection.execute("SELECT count(*) FROM v")->front().integer(0) == 3);
}
