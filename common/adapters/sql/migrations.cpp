#include "common/adapters/sql/migrations.hpp"

#include <fmt/format.h>

#include <map>

namespace harvest::sql {
namespace {

constexpr std::string_view bookkeeping_table = "schema_migrations";

std::map<std::int64_t, MigrationState> applied(const Rows& rows)
{
    std::map<std::int64_t, MigrationState> states;
    for (const Row& row : rows)
        states[row.integer(0)] = {
            row.integer(0), row.text(1), row.text(2), row.text(2), Millis{row.integer(3)}, MigrationStanding::unknown};
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

std::string_view to_string(MigrationStanding standing)
{
    constexpr std::string_view names[] = {"applied", "pending", "altered", "skipped", "unknown"};
    return names[static_cast<std::size_t>(standing)];
}

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
    for (const Migration& step : steps) {
        const auto found = done.find(step.version);
        if (found == done.end() && !done.empty() && step.version < done.rbegin()->first)
            throw OpenError(Errc::data_loss, fmt::format("migration {} ({}) was not applied, though a later one was: "
                                                         "restore a backup whose schema_migrations is whole",
                                                         step.version, step.name));
        if (found != done.end() && found->second.stored_checksum != checksum(step))
            throw OpenError(Errc::data_loss,
                            fmt::format("migration {} ({}) is not the one that was applied: its checksum is {}, "
                                        "the store has {}",
                                        step.version, step.name, checksum(step), found->second.stored_checksum));
    }
    for (const Migration& step : steps) {
        if (done.contains(step.version)) continue;
        for (const std::string_view statement : step.statements)
            expect(connection.execute(dialect.schema(statement)),
                   fmt::format("migration {} ({}) does not go through", step.version, step.name));
        expect(connection.execute("INSERT INTO schema_migrations (version, name, checksum, applied_at) "
                                  "VALUES ($1, $2, $3, $4)",
                                  {step.version, step.name, std::string_view(checksum(step)), now.count()}),
               "cannot record a migration");
    }
}

Result<std::vector<MigrationState>> migration_states(Connection& connection, const Dialect& dialect,
                                                     std::span<const Migration> steps)
{
    std::map<std::int64_t, MigrationState> states;
    const Result<Rows> tables = connection.execute(dialect.count_tables(), {bookkeeping_table});
    if (!tables) return tables.error();
    if (!tables->empty() && tables->front().integer(0) > 0) {
        const Result<Rows> rows = read_applied(connection);
        if (!rows) return rows.error();
        states = applied(*rows);
    }
    const std::int64_t reached = states.empty() ? 0 : states.rbegin()->first;
    for (const Migration& step : steps) {
        const auto [at, is_new] = states.try_emplace(step.version);
        MigrationState& state = at->second;
        state.version = step.version;
        state.name = step.name;
        state.checksum = checksum(step);
        if (is_new)
            state.standing = step.version < reached ? MigrationStanding::skipped : MigrationStanding::pending;
        else
            state.standing =
                state.stored_checksum == state.checksum ? MigrationStanding::applied : MigrationStanding::altered;
    }
    std::vector<MigrationState> list;
    for (auto& [version, state] : states) list.push_back(std::move(state));
    return list;
}

} // namespace harvest::sql
