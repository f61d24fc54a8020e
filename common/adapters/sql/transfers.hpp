// The ledger's one way in: double entry, inside the caller's transaction (harvest-game(7) §1).
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/records/ledger.hpp"

namespace harvest::sql {

inline constexpr std::int64_t max_amount = 1'000'000'000'000'000; // of one transfer

// A transfer seen before with the same content does nothing. Errors: conflict (seen with other content),
// failed_precondition (an account would go below zero or beyond 2^62, or keep fewer copies of a card than it has
// serials of), invalid_argument.
Result<void> apply_transfers(Connection& connection, std::span<const Transfer> transfers, Millis now);

} // namespace harvest::sql
