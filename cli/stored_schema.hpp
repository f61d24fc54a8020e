// The schema of a store as its migrations tell it, read and brought forward without a daemon.
#pragma once

#include "cli/settings.hpp"

#include <string>
#include <variant>
#include <vector>

namespace harvest::cli {

struct StoredMigration {
    std::int64_t version{};
    std::string name, checksum, stored_checksum; // stored: empty if it is not applied
    std::string standing;                        // applied, pending, altered, skipped, unknown
    Millis applied_at{};
};

struct StoredSchema {
    std::string store;   // for people: the file, or host:port/database without secrets
    std::string dialect; // "sqlite", "postgres"
    std::vector<StoredMigration> migrations;
};

// Changes nothing; beside running daemons too. A store that is not there yet has everything pending.
std::variant<StoredSchema, Failure> read_schema(const Settings& settings);

// Applies what is pending under the store's own lock, and reads it again.
std::variant<StoredSchema, Failure> migrate_schema(const Settings& settings);

} // namespace harvest::cli
