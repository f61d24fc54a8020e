// Seasons as rows, and the steps of their transactions.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/records/season.hpp"

namespace harvest::sql {

inline constexpr std::string_view ranked_mode = "ranked"; // the one that seasons are about

// Errors: not_found.
Result<Season> open_season(Connection& connection);
// Of a rating just written, in the season that it counts in: the best that it was, and what it is.
Result<void> keep_best(Connection& connection, const Rating& rating, std::int64_t season);

} // namespace harvest::sql
