#include "common/adapters/postgres/migrate.hpp"

#include "common/adapters/sql/migrations.hpp"

#include <fmt/format.h>

namespace harvest::postgres {
namespace {

constexpr Millis longest{10min}; // a step over a big table, or another process that takes it

std::string_view advice(std::string_view sqlstate)
{
    if (sqlstate == "42501") return "let its role create in the schema (GRANT CREATE, USAGE ON SCHEMA … TO …)";
    if (sqlstate == "42P07")
        return "tables are there that no migration recorded: name an empty schema, or restore a backup with its "
               "schema_migrations";
    if (sqlstate == "57014") return "another process has held the store for too long: end it and start again";
    return "nothing was changed; mend that and start again";
}

void check(const Result<void>& outcome, const PostgresConnection& connection)
{
    if (!outcome) throw sql::OpenError(classify(outcome.error()), connection.last_message());
}

void run_steps(PostgresConnection& connection, const Target& target, const Clock& clock)
{
    check(connection.run(begin_migration(connection.schema_number(), longest)), connection);
    if (!target.schema.empty()) check(connection.run(create_schema(target.schema)), connection);
    const PostgresDialect dialect;
    sql::migrate(connection, dialect, sql::migrations(), clock.now());
    check(connection.commit(), connection);
}

} // namespace

void migrate(PostgresConnection& connection, const Target& target, const Clock& clock)
{
    connection.limit({Millis::max()}, longest + 1s);
    try {
        run_steps(connection, target, clock);
    }
    catch (const sql::OpenError& error) {
        const std::string state = connection.transaction_failed() ? connection.last_state() : "";
        std::string why = error.what();
        if (!state.empty()) {
            // The server's own words say more than ours for the class of its error.
            const std::string general = make_error_code(error.code()).message();
            if (why.ends_with(general))
                why.replace(why.size() - general.size(), general.size(), connection.last_message());
            why += fmt::format("; {}", advice(state));
        }
        throw sql::OpenError(error.code(), fmt::format("cannot open the PostgreSQL store {}: {}", target.name, why));
    }
    connection.no_limit();
}

} // namespace harvest::postgres
