// What only PostgreSQL knows of SQL; everything else is written in the subset that both databases share.
#pragma once

#include "common/adapters/sql/dialect.hpp"
#include "common/ports/clock.hpp"

#include <cstdint>

namespace harvest::postgres {

// Texts compare by their bytes, as in SQLite, whatever the database's own collation.
class PostgresDialect final : public sql::Dialect {
public:
    std::string schema(std::string_view statement) const override;
    std::string_view count_tables() const override;
};

// Settings of a session, as the server's command line takes them (-c name=value).
struct SessionLimits {
    Millis statement{}, idle_in_transaction{};
};
std::string session_options(const SessionLimits& limits, std::string_view schema);

bool valid_schema_name(std::string_view name);
std::string create_schema(std::string_view name);

// One number a schema: it names the channel of its notifications and the lock of its writers.
std::string schema_number(std::string_view schema);
// Begins a write: one writer of a schema at a time in all processes, until its transaction ends.
std::string begin_write(std::int64_t number);
std::string begin_migration(std::int64_t number, Millis limit);
// Begins a read in one snapshot that ends at the latest after `limit`.
std::string begin_read(Millis limit);
std::string listen(std::int64_t number);
// Heard by the listeners once the transaction commits.
std::string notify(std::int64_t number);

} // namespace harvest::postgres
