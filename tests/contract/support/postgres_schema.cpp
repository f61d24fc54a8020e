#include "common/adapters/postgres/connection.hpp"
#include "tests/contract/support/stores.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <set>

namespace harvest::test {
namespace {

std::string dsn()
{
    const char* value = std::getenv("HARVEST_TEST_POSTGRES");
    if (!value || !*value)
        throw std::runtime_error("HARVEST_TEST_POSTGRES is not set: run `scripts/services up postgres`, then "
                                 "`eval \"$(scripts/services env)\"`");
    return value;
}

postgres::Target target(const std::string& schema)
{
    return postgres::make_target(dsn(), schema, {10s, 10s}, 3s);
}

std::set<std::string> tables_in(const std::string& schema, postgres::PostgresConnection& connection)
{
    std::set<std::string> tables;
    const Result<sql::Rows> rows = connection.execute(
        "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = $1", {std::string_view(schema)});
    if (!rows) throw std::runtime_error(connection.last_message());
    for (const sql::Row& row : *rows) tables.insert(row.text(0));
    return tables;
}

} // namespace

PostgresSchema::PostgresSchema()
{
    static std::atomic<int> count{0};
    name_ = fmt::format("test_{}_{}", ::getpid(), ++count);
}

PostgresSchema::~PostgresSchema()
{
    try {
        const system::SystemClock clock;
        postgres::PostgresConnection connection(target(name_), clock);
        if (!connection.run("DROP SCHEMA IF EXISTS " + name_ + " CASCADE"))
            fmt::print(stderr, "{}\n", connection.last_message());
    }
    catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what()); // at the end of the process Catch is gone
    }
}

postgres::Options PostgresSchema::options() const
{
    postgres::Options options;
    options.dsn = dsn();
    options.schema = name_;
    return options;
}

struct EmptySchema::Made {
    Made()
    {
        const system::SystemClock clock;
        const postgres::PostgresDatabase migrated(schema.options(), clock);
        postgres::PostgresConnection connection(target(schema.options().schema), clock);
        for (const std::string& table : tables_in(schema.options().schema, connection)) {
            if (table == "schema_migrations") continue;
            tables.insert(table);
            const Result<sql::Rows> rows = connection.execute("SELECT 1 FROM " + table + " LIMIT 1");
            if (rows && rows->empty()) continue;
            copies.insert("copy_of_" + table);
            if (!connection.run("CREATE TABLE copy_of_" + table + " AS TABLE " + table))
                throw std::runtime_error(connection.last_message());
        }
    }

    // As it was made; what a test made besides goes. Throws what a lost or held-up connection throws.
    void empty() const
    {
        const system::SystemClock clock;
        postgres::PostgresConnection connection(target(schema.options().schema), clock);
        std::string statements;
        for (const std::string& table : tables_in(schema.options().schema, connection)) {
            if (table == "schema_migrations" || copies.contains(table)) continue;
            statements += (tables.contains(table) ? "DELETE FROM " : "DROP TABLE ") + table + ';';
            if (const std::string copy = "copy_of_" + table; copies.contains(copy))
                statements += "INSERT INTO " + table + " TABLE " + copy + ';';
        }
        if (!connection.run(statements)) throw std::runtime_error(connection.last_message());
    }

    PostgresSchema schema;
    std::set<std::string> tables; // but for schema_migrations
    std::set<std::string> copies; // of those that migrations put something into
};

std::vector<std::unique_ptr<EmptySchema::Made>>& EmptySchema::idle()
{
    // Dropped at the end of the process, before what a connection needs is gone: that must be there first.
    static std::vector<std::unique_ptr<Made>> schemas = [] {
        const system::SystemClock clock;
        const postgres::PostgresConnection first(target("public"), clock);
        return std::vector<std::unique_ptr<Made>>();
    }();
    return schemas;
}

EmptySchema::EmptySchema()
{
    if (idle().empty()) idle().push_back(std::make_unique<Made>());
    made_ = std::move(idle().back());
    idle().pop_back();
}

EmptySchema::~EmptySchema()
{
    try {
        made_->empty();
        idle().push_back(std::move(made_));
    }
    catch (const std::exception& error) { // the next test makes another
        fmt::print(stderr, "{}\n", error.what());
    }
}

postgres::Options EmptySchema::options() const
{
    return made_->schema.options();
}

} // namespace harvest::test
