// What stores of the social kind look up of two players, each within a transaction.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/base/ids.hpp"

namespace harvest::sql {

// Errors: social.no_such_player (deleted ones too).
Result<std::string> read_name(Connection& connection, const PlayerId& player);
// 1 if it is so, 0 if not.
Result<std::int64_t> has_blocked(Connection& connection, const PlayerId& player, const PlayerId& other);

} // namespace harvest::sql
