// The part of the composition root that looks at a store's migrations without its daemons.
#include "cli/compose.hpp"
#include "cli/compose_backend.hpp"
#include "cli/stored_schema.hpp"
#include "common/adapters/postgres/dialect.hpp"
#include "common/adapters/sql/migrations.hpp"
#include "common/adapters/sqlite/connection.hpp"
#include "common/adapters/system/system_clock.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace harvest::cli {
namespace {

namespace fs = std::filesystem;

fs::path file_of(const Settings& settings)
{
    return fs::path(data_directory(settings)) / "harvest.db";
}

StoredSchema schema_of(const Settings& settings, const std::vector<sql::MigrationState>& states)
{
    StoredSchema out;
    out.dialect = settings.store.kind;
    out.store = out.dialect == "sqlite" ? file_of(settings).string() : store_name(settings.store);
    for (const sql::MigrationState& state : states)
        out.migrations.push_back({state.version, state.name, state.checksum, state.stored_checksum,
                                  std::string(sql::to_string(state.standing)), state.applied_at});
    return out;
}

// Without a file there is nothing to open, and reading must not make one.
std::vector<sql::MigrationState> all_pending()
{
    std::vector<sql::MigrationState> out;
    for (const sql::Migration& step : sql::migrations())
        out.push_back({step.version,
                       std::string(step.name),
                       sql::checksum(step),
                       {},
                       Millis{0},
                       sql::MigrationStanding::pending});
    return out;
}

Result<std::vector<sql::MigrationState>> states_of(sql::Database& database, bool postgres)
{
    std::vector<sql::MigrationState> states;
    const postgres::PostgresDialect of_postgres;
    const sqlite::SqliteDialect of_sqlite;
    const sql::Dialect& dialect = postgres ? static_cast<const sql::Dialect&>(of_postgres) : of_sqlite;
    const sql::Job look = [&](sql::Connection& connection) -> Result<void> {
        auto found = sql::migration_states(connection, dialect, sql::migrations());
        if (!found) return found.error();
        states = std::move(*found);
        return {};
    };
    if (const Result<void> done = database.read_now(look); !done) return done.error();
    return states;
}

std::variant<StoredSchema, Failure> look(const Settings& settings, bool read_only)
{
    std::error_code ignored;
    const bool sqlite = settings.store.kind == "sqlite";
    if (sqlite && read_only && !fs::exists(file_of(settings), ignored)) return schema_of(settings, all_pending());
    const system::SystemClock clock;
    try {
        const auto database = open_store(data_directory(settings), settings.store, clock, read_only);
        const auto states = states_of(*database, !sqlite);
        if (states) return schema_of(settings, *states);
        return failure_of(states.error(), "the migrations of the store cannot be read",
                          "is it the right store? harvestctl config print --key store");
    }
    catch (const ConfigurationError& e) {
        return e.failure();
    }
    catch (const boost::system::system_error& e) {
        Failure failure = failure_of(e.code(), message_of(e), "check it: harvestctl config print --key store");
        if (failure.code == "data_loss" || failure.code == "failed_precondition")
            failure.hint = "nothing was changed; see which: harvestctl admin db status";
        return failure;
    }
}

} // namespace

std::variant<StoredSchema, Failure> read_schema(const Settings& settings)
{
    return look(settings, true);
}

std::variant<StoredSchema, Failure> migrate_schema(const Settings& settings)
{
    return look(settings, false);
}

} // namespace harvest::cli
