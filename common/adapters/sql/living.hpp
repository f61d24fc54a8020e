// Whether anything may still be written of a player, looked up within the transaction that would.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/base/ids.hpp"

namespace harvest::sql {

// Errors: not_found (its account was deleted). Who never had one, as the merchant, passes.
Result<void> check_living(Connection& connection, const PlayerId& player);

} // namespace harvest::sql
