// Queue tickets, matches, their battle logs and ratings. A player is in one unfinished match at most: the store sees to
// it.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/match.hpp"
#include "common/ports/task.hpp"

#include <vector>

namespace harvest {

struct MatchFilter {
    std::optional<MatchState> state;
    PlayerId player;
    std::string after; // match id: the cursor of the last page (newest first)
    std::size_t limit{50};
};

// One stretch of a match's battle log: `from` is the number of its first command, `data` JSON of
// protocol/battle_log.hpp.
struct BattleChunk {
    std::int64_t from{};
    std::int64_t count{};
    std::string data;
};

class Matches {
public:
    virtual ~Matches() = default;

    // already_exists if the player has a ticket or an unfinished match; not_found if its account was deleted.
    virtual AsyncResult<void> queue(MatchTicket ticket, Deadline by) = 0;
    virtual AsyncResult<void> unqueue(TicketId ticket, Deadline by) = 0;
    virtual AsyncResult<std::vector<MatchTicket>> queued(Deadline by) = 0;
    // The player's place in the queue. Errors: not_found.
    virtual AsyncResult<MatchTicket> ticket(PlayerId player, Deadline by) = 0;

    // Makes the match and takes both tickets (empty ids where a bot sits) in one transaction.
    // conflict if a ticket is gone or a player is in another match.
    virtual AsyncResult<void> make(Match match, std::array<TicketId, 2> tickets, std::vector<OutboxEvent> events,
                                   Deadline by) = 0;
    virtual AsyncResult<Match> get(MatchId match, Deadline by) = 0;
    virtual AsyncResult<std::vector<Match>> list(MatchFilter filter, Deadline by) = 0;
    // The player's unfinished match. Errors: not_found.
    virtual AsyncResult<Match> current(PlayerId player, Deadline by) = 0;
    // Unfinished matches whose lease ran out before `now` (or was never taken).
    virtual AsyncResult<std::vector<Match>> ownerless(Millis now, std::size_t limit, Deadline by) = 0;

    // Takes the lease with the next epoch if it is free, has run out, or is this instance's own. Errors: conflict.
    virtual AsyncResult<Match> claim(MatchId match, std::string instance, Millis now, Millis until, Deadline by) = 0;
    // Prolongs leases; gives the matches that are no longer ours.
    virtual AsyncResult<std::vector<MatchId>>
    renew(std::string instance, std::vector<std::pair<MatchId, std::int64_t>> held, Millis until, Deadline by) = 0;
    // Sealed seed and commitment, before any nonce is taken; then the nonces, once. conflict under an old epoch.
    virtual AsyncResult<void> commit_seed(MatchId match, std::int64_t epoch, std::string sealed_seed,
                                          std::string commitment, Deadline by) = 0;
    virtual AsyncResult<void> set_nonces(MatchId match, std::int64_t epoch, std::array<std::string, 2> nonces,
                                         Deadline by) = 0;

    // Appends to the battle log and publishes it on `harvest.battle` in the same transaction. conflict under an old
    // epoch or when `from` is not the number of commands logged.
    virtual AsyncResult<void> append_battle(MatchId match, std::int64_t epoch, BattleChunk chunk, OutboxEvent event,
                                            Deadline by) = 0;
    virtual AsyncResult<std::vector<BattleChunk>> battle_log(MatchId match, Deadline by) = 0;

    virtual AsyncResult<void> settle(Settlement settlement, Deadline by) = 0;
    // Ends a match that cannot be played on, without result. conflict if it is over or its epoch is not the given one.
    virtual AsyncResult<void> abort(MatchId match, std::int64_t epoch, std::string reason,
                                    std::vector<OutboxEvent> events, Millis now, Deadline by) = 0;

    // A player without games has the defaults.
    virtual AsyncResult<Rating> rating(PlayerId player, std::string mode, Deadline by) = 0;
    virtual AsyncResult<DailyPlay> daily(PlayerId player, std::int64_t day, Deadline by) = 0;
};

} // namespace harvest
