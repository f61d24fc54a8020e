// Tournaments: who enters, what judges say, and the steps that the match daemon plays them by. Each change is one
// transaction and counts a version on, so that a step decided of an older one changes nothing.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/lease.hpp"
#include "common/ports/records/tournament.hpp"
#include "common/ports/task.hpp"

#include <vector>

namespace harvest {

// Errors of each besides its own: tournament.no_such_tournament, and those of the stores.
class Tournaments {
public:
    virtual ~Tournaments() = default;

    // Open, with nobody in it. Errors: already_exists.
    virtual AsyncResult<void> create(Tournament tournament, Deadline by) = 0;
    virtual AsyncResult<Tournament> get(TournamentId tournament, Deadline by) = 0;
    // Newest first, with entries and without pairings.
    virtual AsyncResult<std::vector<Tournament>> list(TournamentFilter filter, Deadline by) = 0;

    // Again it changes the deck. Errors: tournament.not_open, full; not_found (the account was deleted).
    virtual AsyncResult<void> enter(TournamentId tournament, TournamentEntry entry, Deadline by) = 0;
    // Out of an open one as if never entered; of a running one the player is paired no more, and an open pairing is
    // lost. Again it changes nothing. Errors: tournament.not_entered, over.
    virtual AsyncResult<void> drop(TournamentId tournament, PlayerId player, Millis now, Deadline by) = 0;
    // Errors: tournament.not_open, too_few.
    virtual AsyncResult<void> start(TournamentId tournament, Millis now, Deadline by) = 0;
    // Nothing is paid. Errors: tournament.over; conflict (it has begun, and `unstarted` was asked for).
    virtual AsyncResult<void> cancel(TournamentId tournament, bool unstarted, Millis now, Deadline by) = 0;
    // Of any round of Swiss, and of the last of elimination. Errors: tournament.not_running, no_such_pairing,
    // round_over, no_draw; invalid_argument (nothing is decided).
    virtual AsyncResult<void> rule(TournamentRuling ruling, Deadline by) = 0;

    // Errors: conflict (the lease is another's, or the tournament has moved on), those of the ledger.
    virtual AsyncResult<void> advance(Lease lease, TournamentStep step, Deadline by) = 0;
};

} // namespace harvest
