// The Matches store: queue tickets, matches with their leases, battle logs, settlement, ratings. `player_engagements`
// has one row a player, so that nobody is in two matches; seats that the instance plays itself (`bot`) take none.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/matches.hpp"

namespace harvest::sql {

class SqlMatches final : public Matches {
public:
    explicit SqlMatches(Database& database) : database_(database) {}

    AsyncResult<void> queue(MatchTicket ticket, Deadline by) override;
    AsyncResult<void> unqueue(TicketId ticket, Deadline by) override;
    AsyncResult<std::vector<MatchTicket>> queued(Deadline by) override;
    AsyncResult<MatchTicket> ticket(PlayerId player, Deadline by) override;
    AsyncResult<void> make(Match match, std::array<TicketId, 2> tickets, std::vector<OutboxEvent> events,
                           Deadline by) override;
    AsyncResult<Match> get(MatchId match, Deadline by) override;
    AsyncResult<std::vector<Match>> list(MatchFilter filter, Deadline by) override;
    AsyncResult<Match> current(PlayerId player, Deadline by) override;
    AsyncResult<std::vector<Match>> ownerless(Millis now, std::size_t limit, Deadline by) override;
    AsyncResult<Match> claim(MatchId match, std::string instance, Millis now, Millis until, Deadline by) override;
    AsyncResult<std::vector<MatchId>> renew(std::string instance, std::vector<std::pair<MatchId, std::int64_t>> held,
                                            Millis until, Deadline by) override;
    AsyncResult<void> commit_seed(MatchId match, std::int64_t epoch, std::string sealed_seed, std::string commitment,
                                  Deadline by) override;
    AsyncResult<void> set_nonces(MatchId match, std::int64_t epoch, std::array<std::string, 2> nonces,
                                 Deadline by) override;
    AsyncResult<void> append_battle(MatchId match, std::int64_t epoch, BattleChunk chunk, OutboxEvent event,
                                    Deadline by) override;
    AsyncResult<std::vector<BattleChunk>> battle_log(MatchId match, Deadline by) override;
    AsyncResult<void> settle(Settlement settlement, Deadline by) override;
    AsyncResult<void> abort(MatchId match, std::int64_t epoch, std::string reason, std::vector<OutboxEvent> events,
                            Millis now, Deadline by) override;
    AsyncResult<Rating> rating(PlayerId player, std::string mode, Deadline by) override;
    AsyncResult<DailyPlay> daily(PlayerId player, std::int64_t day, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
