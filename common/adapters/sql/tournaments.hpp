// The Tournaments store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/tournaments.hpp"

namespace harvest::sql {

class SqlTournaments final : public Tournaments {
public:
    explicit SqlTournaments(Database& database) : database_(database) {}

    AsyncResult<void> create(Tournament tournament, Deadline by) override;
    AsyncResult<Tournament> get(TournamentId tournament, Deadline by) override;
    AsyncResult<std::vector<Tournament>> list(TournamentFilter filter, Deadline by) override;
    AsyncResult<void> enter(TournamentId tournament, TournamentEntry entry, Deadline by) override;
    AsyncResult<void> drop(TournamentId tournament, PlayerId player, Millis now, Deadline by) override;
    AsyncResult<void> start(TournamentId tournament, Millis now, Deadline by) override;
    AsyncResult<void> cancel(TournamentId tournament, bool unstarted, Millis now, Deadline by) override;
    AsyncResult<void> rule(TournamentRuling ruling, Deadline by) override;
    AsyncResult<void> advance(Lease lease, TournamentStep step, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
