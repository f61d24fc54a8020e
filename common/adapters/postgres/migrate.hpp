// Brings a schema up to date, one process at a time.
#pragma once

#include "common/adapters/postgres/connection.hpp"

namespace harvest::postgres {

// Makes the schema if it is named and not there. Everything or nothing. Throws sql::OpenError: one line that says what
// to do.
void migrate(PostgresConnection& connection, const Target& target, const Clock& clock);

} // namespace harvest::postgres
