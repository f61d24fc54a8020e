// Numbers without gaps. A transaction reads a sequence once, counts in memory, and stores it before it commits.
#pragma once

#include "common/adapters/sql/database.hpp"

namespace harvest::sql {

// The next number of a sequence, from 0; `undo_to(mark())` of the connection gives it back.
Result<std::int64_t> take_number(Connection& connection, const std::string& name, std::int32_t partition = -1);

// To be called by a driver before each commit.
Result<void> store_numbers(Connection& connection);

// What a commit has appended to the event log, for its listener.
std::vector<Appended> appended(Connection& connection);

} // namespace harvest::sql
