// Pages of leaderboards, the best first: by score, then by player id, both falling. Bots are left out.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/records/progress.hpp"

namespace harvest::sql {

Result<std::vector<LeaderboardEntry>> read_leaderboard(Connection& connection, const std::string& board,
                                                       const std::optional<LeaderboardCursor>& after,
                                                       std::size_t limit);
Result<std::vector<LeaderboardEntry>> read_around(Connection& connection, const std::string& board,
                                                  const PlayerId& player, std::size_t above, std::size_t limit);
Result<std::vector<LeaderboardEntry>> read_among_friends(Connection& connection, const std::string& board,
                                                         const PlayerId& player);

// How many are better on the board "rating" than this rating of the player's, counted up to `at_most`.
Result<std::int64_t> count_better(Connection& connection, std::int64_t rating, const PlayerId& player,
                                  std::int64_t at_most);

} // namespace harvest::sql
