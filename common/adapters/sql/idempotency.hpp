// Replies kept by idempotency key, inside the transaction of what they tell.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/records/idempotency.hpp"

#include <optional>

namespace harvest::sql {

// What is kept under the key, if it is not too old at `now`.
Result<std::optional<IdempotencyRecord>> find_record(Connection& connection, const PlayerId& player,
                                                     const std::string& key, Millis now);

// For the beginning of a change: the reply of the same request before, if there was one; forgets the player's old keys.
// Errors: idempotency.key_reused, invalid_argument (no good key), not_found (the player was deleted).
Result<std::optional<std::string>> find_reply(Connection& connection, const IdempotencyRecord& record);

// Errors: conflict (the same key came first just now).
Result<void> keep_record(Connection& connection, const IdempotencyRecord& record);

} // namespace harvest::sql
