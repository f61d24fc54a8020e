#include "tests/unit/postgres/proxy.hpp"
#include "tests/unit/postgres/support.hpp"

#include <fmt/format.h>

#include <thread>

using namespace harvest;
using namespace harvest::test;

TEST_CASE("A store that cannot be opened says so in one line, without secrets", "[postgres]")
{
    const PostgresSchema schema;
    postgres::Options options = schema.options();
    options.dsn = "postgresql://harvest:geheim@127.0.0.1:15432/x?no_such_key=1";
    std::string why = refusal(options);
    CHECK(why.find("write postgresql://USER") != std::string::npos);
    CHECK(why.find("geheim") == std::string::npos);
    CHECK(why.find('\n') == std::string::npos);
    options.dsn = "";
    CHECK(refusal(options).find("write postgresql://USER") != std::string::npos);
    options.dsn = "postgresql://harvest:geheim@127.0.0.1:1/game?sslmode=disable";
    why = refusal(options);
    CHECK(why.find("cannot open the PostgreSQL store 127.0.0.1:1/game") != std::string::npos);
    CHECK(why.find("refused") != std::string::npos);
    CHECK(why.find("geheim") == std::string::npos);
    CHECK(why.find('\n') == std::string::npos);
    options = schema.options();
    const std::size_t at = options.dsn.find('@');
    options.dsn.insert(at, "wrong");
    CHECK(refusal(options).find("password authentication failed") != std::string::npos);
    options = schema.options();
    options.schema = "a;b";
    CHECK(refusal(options).find("no name for a schema") != std::string::npos);
}

TEST_CASE("TLS is asked for, and a certificate of nobody refused, by the DSN", "[postgres]")
{
    const PostgresSchema schema;
    postgres::Options options = schema.options();
    const std::size_t mode = options.dsn.find("disable");
    REQUIRE(mode != std::string::npos);
    options.dsn.replace(mode, 7, "require");
    const system::SystemClock clock;
    postgres::PostgresDatabase database(options, clock);
    CHECK(number(database, "SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl") == 1);
    options.dsn.replace(mode, 7, "verify-full");
    CHECK(refusal(options).find("certificate") != std::string::npos);
}

TEST_CASE("A schema of the future, of another text, or made by hand is refused with advice", "[postgres]")
{
    const PostgresSchema schema;
    const system::SystemClock clock;
    std::string change;
    std::string expected;
    {
        postgres::PostgresDatabase database(schema.options(), clock);
        SECTION("future")
        {
            change = "INSERT INTO schema_migrations VALUES (999, 'later', 'x', 1)";
            expected = "the store is at schema version 999, this program knows only";
        }
        SECTION("changed")
        {
            change = "UPDATE schema_migrations SET checksum = 'x' WHERE version = 1";
            expected = "is not the one that was applied";
        }
        SECTION("half run")
        {
            change = "DELETE FROM schema_migrations";
            expected = "tables are there that no migration recorded";
        }
        REQUIRE(get(database.write(statement(change), clock.after(10s))));
    }
    const std::string why = refusal(schema.options());
    CHECK(why.find(expected) != std::string::npos);
    CHECK(why.find('\n') == std::string::npos);
}

TEST_CASE("Processes that start at once migrate once", "[postgres]")
{
    const PostgresSchema schema;
    std::vector<std::thread> threads;
    std::vector<std::string> refusals(4);
    for (std::string& why : refusals)
        threads.emplace_back([&why, options = schema.options()] { why = refusal(options); });
    for (std::thread& thread : threads) thread.join();
    for (const std::string& why : refusals) CHECK(why.empty());
    const system::SystemClock clock;
    postgres::PostgresDatabase database(schema.options(), clock);
    CHECK(number(database, "SELECT count(*) FROM schema_migrations WHERE version = 1") == 1);
}

TEST_CASE("Every kind of value survives a round trip", "[postgres]")
{
    const PostgresSchema schema;
    const system::SystemClock clock;
    postgres::PostgresDatabase database(schema.options(), clock);
    const Bytes bytes{0, 255, 7};
    const auto least = std::numeric_limits<std::int64_t>::min();
    sql::Job fill = [&](sql::Connection& connection) -> Result<void> {
        for (const std::string_view make :
             {"CREATE TABLE v (n bigint, i bigint, t text, b bytea)", "INSERT INTO v VALUES (3, NULL, NULL, NULL)"})
            if (const Result<void> made = run(connection, make); !made) return made;
        const std::string_view insert = "INSERT INTO v (n, i, t, b) VALUES ($1, $2, $3, $4)";
        const std::string_view text = "Grüße \\x00 '", none;
        for (const Result<sql::Rows>& put :
             {connection.execute(insert, {std::int64_t{1}, least, text, ByteView(bytes)}),
              connection.execute(insert, {std::int64_t{2}, std::int64_t{0}, none, ByteView()}),
              connection.execute(insert, {std::int64_t{4}, nullptr, nullptr, nullptr})}) {
            if (!put) return put.error();
            if (put->changed != 1) return Errc::internal;
        }
        return {};
    };
    REQUIRE(get(database.write(fill, clock.after(10s))));
    sql::Rows rows;
    const auto look = [&rows](sql::Connection& connection) -> Result<void> {
        Result<sql::Rows> found = connection.execute("SELECT i, t, b, i IS NULL FROM v ORDER BY n");
        if (!found) return found.error();
        rows = std::move(*found);
        return {};
    };
    REQUIRE(database.read_now(look));
    REQUIRE(rows.size() == 4);
    CHECK(rows.changed == 0);
    CHECK(rows.rows[0].integer(0) == least);
    CHECK(rows.rows[0].text(1) == "Grüße \\x00 '");
    CHECK(rows.rows[0].blob(2) == bytes);
    CHECK(rows.rows[1].text(1).empty());
    CHECK_FALSE(rows.rows[1].is_null(1));
    CHECK_FALSE(rows.rows[1].is_null(2));
    for (const std::size_t row : {2U, 3U}) {
        CHECK(rows.rows[row].is_null(0));
        CHECK(rows.rows[row].is_null(1));
        CHECK(rows.rows[row].is_null(2));
        CHECK(rows.rows[row].integer(3) == 1);
    }
    sql::Job nul = [](sql::Connection& connection) -> Result<void> {
        const std::string_view text("a\0b", 3);
        const Result<sql::Rows> put = connection.execute("INSERT INTO v (t) VALUES ($1)", {text});
        if (!put) return put.error();
        return {};
    };
    CHECK(get(database.write(nul, clock.after(10s))).error() == Errc::invalid_argument);
}
