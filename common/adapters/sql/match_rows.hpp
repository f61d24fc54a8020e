// Matches as rows, and the steps of their transactions.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/matches.hpp"

namespace harvest::sql {

// state < first_finished: the match binds its players.
inline constexpr std::int64_t first_finished = static_cast<std::int64_t>(MatchState::ended);

extern const std::string match_columns;
Match to_match(const Row& row);
Result<std::vector<Match>> to_matches(const Result<Rows>& rows);
Result<Match> find_match(Connection& connection, const MatchId& match);

Result<void> queue_ticket(Connection& connection, const MatchTicket& ticket);
Result<void> unqueue_ticket(Connection& connection, const TicketId& ticket);
Result<void> make_match(Connection& connection, const Match& match, const std::array<TicketId, 2>& tickets);

Result<void> settle_match(Connection& connection, const Settlement& settlement);
Result<void> abort_match(Connection& connection, const MatchId& match, std::int64_t epoch, const std::string& reason,
                         Millis now);
Result<Rating> find_rating(Connection& connection, const PlayerId& player, const std::string& mode);
Result<DailyPlay> find_day(Connection& connection, const PlayerId& player, std::int64_t day);

} // namespace harvest::sql
