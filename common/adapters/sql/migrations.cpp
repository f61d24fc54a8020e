#include "common/adapters/sql/migrations.hpp"

#include <fmt/format.h>

#include <map>

namespace harvest::sql {
namespace {

std::map<std::int64_t, MigrationState> applied(const Rows& rows)
{
    std::map<std::int64_t, MigrationState> states;
    for (const Row& row : rows)
        states[row.integer(0)] = {row.integer(0), row.text(1), row.text(2), Millis{row.integer(3)}};
    return states;
}

Result<Rows> read_applied(Connection& connection)
{
    return connection.execute("SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version");
}

void expect(const Result<Rows>& outcome, const std::string& what)
{
    if (!outcome) throw OpenError(classify(outcome.error()), fmt::format("{}: {}", what, outcome.error().message()));
}

} // namespace

std::string checksum(const Migration& migration)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto mix = [&hash](std::string_view text) {
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    };
    mix(migration.name);
    for (const std::string_view statement : migration.statements) mix(statement);
    return fmt::format("{:016x}", hash);
}

void migrate(Connection& connection, const Dialect& dialect, std::span<const Migration> steps, Millis now)
{
    const std::string bookkeeping =
        dialect.schema("CREATE TABLE IF NOT EXISTS schema_migrations (version bigint PRIMARY KEY, name text NOT NULL, "
                       "checksum text NOT NULL, applied_at bigint NOT NULL)");
    expect(connection.execute(bookkeeping), "cannot keep the list of migrations");
    const Result<Rows> rows = read_applied(connection);
    expect(rows, "cannot read the list of migrations");
    const std::map<std::int64_t, MigrationState> done = applied(*rows);

    const std::int64_t newest = steps.empty() ? 0 : steps.back().version;
    if (!done.empty() && done.rbegin()->first > newest)
        throw OpenError(Errc::failed_precondition,
                        fmt::format("the store is at schema version {}, this program knows only {}: use the newer one",
                                    done.rbegin()->first, newest));
    bool pending = false;
    for (const Migration& step : steps) {
        const auto found = done.find(step.version);
        if (found != done.end()) {
            if (pending)
                throw OpenError(Errc::data_loss,
                                fmt::format("migration {} was applied although an earlier one was not", step.version));
            if (found->second.checksum != checksum(step))
                throw OpenError(Errc::data_loss,
                                fmt::format("migration {} ({}) is not the one that was applied: its checksum is {}, "
                                            "the store has {}",
                                            step.version, step.name, checksum(step), found->second.checksum));
            continue;
        }
        pending = true;
        for (const std::string_view statement : step.statements)
            expect(connection.execute(dialect.schema(statement)),
                   fmt::format("migration {} ({}) does not go through", step.version, step.name));
        expect(connection.execute("INSERT INTO schema_migrations (version, name, checksum, applied_at) "
                                  "VALUES ($1, $2, $3, $4)",
                                  {step.version, step.name, std::string_view(checksum(step)), now.count()}),
               "cannot record a migration");
    }
}

Result<std::vector<MigrationState>> migration_states(Connection& connection, std::span<const Migration> steps)
{
    const Result<Rows> rows = read_applied(connection);
    if (!rows) return rows.error();
    std::map<std::int64_t, MigrationState> states = applied(*rows);
    for (const Migration& step : steps)
        if (!states.contains(step.version))
            states[step.version] = {step.version, std::string(step.name), checksum(step), Millis{0}};
    std::vector<MigrationState> list;
    for (const auto& [version, state] : states) list.push_back(state);
    return list;
}

} // namespace harvest::sql
