// Statements and counts for the tests of the driver.
#pragma once

#include "tests/contract/support/stores.hpp"

namespace harvest::test {

inline Result<void> run(sql::Connection& connection, std::string_view statement)
{
    const Result<sql::Rows> rows = connection.execute(statement);
    if (!rows) return rows.error();
    return {};
}

inline sql::Job statement(std::string text)
{
    return [text = std::move(text)](sql::Connection& connection) { return run(connection, text); };
}

inline sql::Job put_counter(const std::string& name)
{
    return statement("INSERT INTO counters (name, value) VALUES ('" + name + "', 1)");
}

inline std::int64_t number(sql::Database& database, const std::string& query)
{
    std::int64_t value = -1;
    const auto look = [&](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows = connection.execute(query);
        if (!rows) return rows.error();
        value = rows->empty() ? -2 : rows->front().integer(0);
        return {};
    };
    REQUIRE(database.read_now(look));
    return value;
}

// The line that a person reads when the database cannot be opened; empty if it can.
inline std::string refusal(const postgres::Options& options)
{
    const system::SystemClock clock;
    try {
        const postgres::PostgresDatabase database(options, clock);
        return "";
    }
    catch (const sql::OpenError& error) {
        return error.what();
    }
}

// Runs `body` in the server after each insertion into `table`: at once, or at COMMIT.
inline void add_trigger(sql::Database& database, const std::string& table, const std::string& body, bool at_commit)
{
    const system::SystemClock clock;
    REQUIRE(get(database.write(statement("CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ "
                                         "BEGIN " +
                                         body + " RETURN NULL; END $$"),
                               clock.after(10s))));
    REQUIRE(get(database.write(statement("CREATE CONSTRAINT TRIGGER trouble AFTER INSERT ON " + table +
                                         (at_commit ? " DEFERRABLE INITIALLY DEFERRED" : "") +
                                         " FOR EACH ROW EXECUTE FUNCTION trouble()"),
                               clock.after(10s))));
}

} // namespace harvest::test
