// Tournaments as rows, and the steps of their transactions.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/records/tournament.hpp"

namespace harvest::sql {

Result<void> insert_tournament(Connection& connection, const Tournament& tournament);
// Errors: tournament.no_such_tournament.
Result<Tournament> read_tournament(Connection& connection, const TournamentId& id);
Result<std::vector<Tournament>> list_tournaments(Connection& connection, const TournamentFilter& filter);

// Counts its version on, so that nobody else changes it meanwhile, and reads it. Errors:
// tournament.no_such_tournament.
Result<Tournament> take_tournament(Connection& connection, const TournamentId& id);

Result<void> write_pairing(Connection& connection, const TournamentId& id, const TournamentPairing& pairing);
// Errors: tournament.not_entered, over.
Result<void> drop_player(Connection& connection, const TournamentId& id, const PlayerId& player, Millis now);
// Out of every tournament that is not over.
Result<void> drop_everywhere(Connection& connection, const PlayerId& player, Millis now);

} // namespace harvest::sql
