// The schema, as numbered steps that only go forward. A step, once released, never changes.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/adapters/sql/dialect.hpp"

#include <span>
#include <string>
#include <vector>

namespace harvest::sql {

struct Migration {
    std::int64_t version{};
    std::string_view name;
    std::vector<std::string_view> statements;
};

enum class MigrationStanding {
    applied,
    pending,
    altered, // applied, but with another text than the one we know
    skipped, // not applied, though a later one was
    unknown, // applied by a newer program
};
std::string_view to_string(MigrationStanding standing);

struct MigrationState {
    std::int64_t version{};
    std::string name;
    std::string checksum;        // of the text we know; of the store if it is unknown
    std::string stored_checksum; // empty: not applied
    Millis applied_at{};         // zero: not applied
    MigrationStanding standing{};
};

std::span<const Migration> migrations();
// FNV-1a (64 bits, hex) over the text of the statements.
std::string checksum(const Migration& migration);

// Brings the schema up to date, inside the caller's exclusive transaction. Throws OpenError: a step that was applied
// has been changed, the store is of a newer version, or a step does not go through.
void migrate(Connection& connection, const Dialect& dialect, std::span<const Migration> steps, Millis now);

// Every step that we or the store know, by version. A store without the list of migrations has applied none.
Result<std::vector<MigrationState>> migration_states(Connection& connection, const Dialect& dialect,
                                                     std::span<const Migration> steps);

} // namespace harvest::sql
