#include "common/adapters/sql/matches.hpp"

#include "common/adapters/sql/match_rows.hpp"
#include "common/adapters/sql/outbox.hpp"

#include <fmt/format.h>

namespace harvest::sql {
namespace {

using Held = std::vector<std::pair<MatchId, std::int64_t>>;

// Nothing changed: the match is not there, or not as the caller believes.
Error why_not(Connection& connection, const MatchId& match)
{
    const Result<Rows> rows = connection.execute("SELECT 1 FROM matches WHERE id = $1", {match.value});
    if (!rows) return rows.error();
    return rows->empty() ? Errc::not_found : Errc::conflict;
}

Result<void> changed_one(Connection& connection, const MatchId& match, const Result<std::int64_t>& changed)
{
    if (!changed) return changed.error();
    if (*changed == 0) return why_not(connection, match);
    return {};
}

MatchTicket to_ticket(const Row& row)
{
    return {TicketId{row.text(0)}, PlayerId{row.text(1)}, row.text(2),
            DeckId{row.text(3)},   row.text(4),           Millis{row.integer(5)}};
}

Result<std::vector<MatchTicket>> read_tickets(Connection& connection)
{
    const Result<Rows> rows = connection.execute(
        "SELECT id, player, mode, deck, preferences, queued_at FROM queue_tickets ORDER BY queued_at, id");
    if (!rows) return rows.error();
    std::vector<MatchTicket> tickets;
    for (const Row& row : *rows) tickets.push_back(to_ticket(row));
    return tickets;
}

Result<MatchTicket> read_ticket(Connection& connection, const PlayerId& player)
{
    const Result<Rows> rows = connection.execute(
        "SELECT id, player, mode, deck, preferences, queued_at FROM queue_tickets WHERE player = $1", {player.value});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    return to_ticket(rows->front());
}

Result<std::vector<Match>> list_matches(Connection& connection, const MatchFilter& filter)
{
    std::vector<Param> params;
    std::string where;
    const auto restrict_by = [&](std::string_view condition, Param value) {
        params.push_back(value);
        where += fmt::format("{}{}${})", where.empty() ? " WHERE (" : " AND (", condition, params.size());
    };
    if (!filter.after.empty()) restrict_by("id < ", filter.after);
    if (filter.state) restrict_by("state = ", static_cast<std::int64_t>(*filter.state));
    if (!filter.player.empty())
        restrict_by("id IN (SELECT match_id FROM match_players WHERE match_players.player = ", filter.player.value);
    if (!filter.player.empty()) where += ')';
    params.emplace_back(static_cast<std::int64_t>(filter.limit));
    const std::string statement =
        fmt::format("SELECT {} FROM matches{} ORDER BY id DESC LIMIT ${}", match_columns, where, params.size());
    return to_matches(connection.execute(statement, std::span<const Param>(params)));
}

Result<Match> claim_match(Connection& connection, const MatchId& match, const std::string& instance, Millis now,
                          Millis until)
{
    const Result<Rows> rows = connection.execute(
        "UPDATE matches SET instance = $2, epoch = epoch + 1, lease_until = $4, state = $5 "
        "WHERE id = $1 AND state < $6 AND (instance = '' OR instance = $2 OR lease_until <= $3) RETURNING " +
            match_columns,
        {match.value, instance, now.count(), until.count(), static_cast<std::int64_t>(MatchState::playing),
         first_finished});
    if (!rows) return rows.error();
    if (rows->empty()) return why_not(connection, match);
    return to_match(rows->front());
}

Result<std::vector<MatchId>> renew_leases(Connection& connection, const std::string& instance, const Held& held,
                                          Millis until)
{
    std::vector<MatchId> lost;
    for (const auto& [match, epoch] : held) {
        const Result<std::int64_t> changed =
            change(connection,
                   "UPDATE matches SET lease_until = $4 WHERE id = $1 AND instance = $2 AND epoch = $3 AND state < $5",
                   {match.value, instance, epoch, until.count(), first_finished});
        if (!changed) return changed.error();
        if (*changed == 0) lost.push_back(match);
    }
    return lost;
}

Result<void> append_chunk(Connection& connection, const MatchId& match, std::int64_t epoch, const BattleChunk& chunk)
{
    if (chunk.count < 1 || chunk.from < 0) return Errc::invalid_argument;
    const Result<void> advanced = changed_one(
        connection, match,
        change(connection,
               "UPDATE matches SET logged = logged + $4 WHERE id = $1 AND epoch = $2 AND logged = $3 AND state < $5",
               {match.value, epoch, chunk.from, chunk.count, first_finished}));
    if (!advanced) return advanced.error();
    const Result<Rows> kept =
        connection.execute("INSERT INTO battle_chunks (match_id, from_command, count, data) VALUES ($1, $2, $3, $4)",
                           {match.value, chunk.from, chunk.count, chunk.data});
    if (!kept) return kept.error();
    return {};
}

Result<std::vector<BattleChunk>> read_chunks(Connection& connection, const MatchId& match)
{
    const Result<Rows> rows = connection.execute(
        "SELECT from_command, count, data FROM battle_chunks WHERE match_id = $1 ORDER BY from_command", {match.value});
    if (!rows) return rows.error();
    std::vector<BattleChunk> chunks;
    for (const Row& row : *rows) chunks.push_back({row.integer(0), row.integer(1), row.text(2)});
    return chunks;
}

} // namespace

AsyncResult<void> SqlMatches::queue(MatchTicket ticket, Deadline by)
{
    return database_.write(
        [ticket = std::move(ticket)](Connection& connection) { return queue_ticket(connection, ticket); }, by);
}

AsyncResult<void> SqlMatches::unqueue(TicketId ticket, Deadline by)
{
    return database_.write(
        [ticket = std::move(ticket)](Connection& connection) { return unqueue_ticket(connection, ticket); }, by);
}

AsyncResult<std::vector<MatchTicket>> SqlMatches::queued(Deadline by)
{
    return read<std::vector<MatchTicket>>(database_, read_tickets, by);
}

AsyncResult<MatchTicket> SqlMatches::ticket(PlayerId player, Deadline by)
{
    return read<MatchTicket>(
        database_, [player = std::move(player)](Connection& connection) { return read_ticket(connection, player); },
        by);
}

AsyncResult<void> SqlMatches::make(Match match, std::array<TicketId, 2> tickets, std::vector<OutboxEvent> events,
                                   Deadline by)
{
    return database_.write(
        [match = std::move(match), tickets = std::move(tickets),
         events = std::move(events)](Connection& connection) -> Result<void> {
            const Result<void> made = make_match(connection, match, tickets);
            if (!made) return made.error();
            return append_events(connection, events);
        },
        by);
}

AsyncResult<Match> SqlMatches::get(MatchId match, Deadline by)
{
    return read<Match>(
        database_, [match = std::move(match)](Connection& connection) { return find_match(connection, match); }, by);
}

AsyncResult<std::vector<Match>> SqlMatches::list(MatchFilter filter, Deadline by)
{
    return read<std::vector<Match>>(
        database_, [filter = std::move(filter)](Connection& connection) { return list_matches(connection, filter); },
        by);
}

AsyncResult<Match> SqlMatches::current(PlayerId player, Deadline by)
{
    return read<Match>(
        database_,
        [player = std::move(player)](Connection& connection) -> Result<Match> {
            const Result<Rows> rows = connection.execute(
                "SELECT match_id FROM player_engagements WHERE player = $1 AND match_id <> ''", {player.value});
            if (!rows) return rows.error();
            if (rows->empty()) return Errc::not_found;
            return find_match(connection, MatchId{rows->front().text(0)});
        },
        by);
}

AsyncResult<std::vector<Match>> SqlMatches::ownerless(Millis now, std::size_t limit, Deadline by)
{
    return read<std::vector<Match>>(
        database_,
        [now, limit](Connection& connection) {
            return to_matches(connection.execute("SELECT " + match_columns +
                                                     " FROM matches WHERE state < 2 AND lease_until <= $1 "
                                                     "ORDER BY lease_until, id LIMIT $2",
                                                 {now.count(), static_cast<std::int64_t>(limit)}));
        },
        by);
}

AsyncResult<Match> SqlMatches::claim(MatchId match, std::string instance, Millis now, Millis until, Deadline by)
{
    return write<Match>(
        database_,
        [match = std::move(match), instance = std::move(instance), now, until](Connection& connection) {
            return claim_match(connection, match, instance, now, until);
        },
        by);
}

AsyncResult<std::vector<MatchId>> SqlMatches::renew(std::string instance, Held held, Millis until, Deadline by)
{
    return write<std::vector<MatchId>>(
        database_,
        [instance = std::move(instance), held = std::move(held), until](Connection& connection) {
            return renew_leases(connection, instance, held, until);
        },
        by);
}

AsyncResult<void> SqlMatches::commit_seed(MatchId match, std::int64_t epoch, std::string sealed_seed,
                                          std::string commitment, Deadline by)
{
    return database_.write(
        [match = std::move(match), epoch, seed = std::move(sealed_seed),
         commitment = std::move(commitment)](Connection& connection) -> Result<void> {
            if (seed.empty() || commitment.empty()) return Errc::invalid_argument;
            // Once for ever: a second commitment would let the server choose its chance.
            return changed_one(connection, match,
                               change(connection,
                                      "UPDATE matches SET sealed_seed = $3, commitment = $4 WHERE id = $1 AND "
                                      "epoch = $2 AND state < $5 AND ((sealed_seed = '' AND commitment = '') OR "
                                      "(sealed_seed = $3 AND commitment = $4))",
                                      {match.value, epoch, seed, commitment, first_finished}));
        },
        by);
}

AsyncResult<void> SqlMatches::set_nonces(MatchId match, std::int64_t epoch, std::array<std::string, 2> nonces,
                                         Deadline by)
{
    return database_.write(
        [match = std::move(match), epoch, nonces = std::move(nonces)](Connection& connection) -> Result<void> {
            if (nonces[0].empty() || nonces[1].empty()) return Errc::invalid_argument;
            return changed_one(connection, match,
                               change(connection,
                                      "UPDATE matches SET nonce_1 = $3, nonce_2 = $4 WHERE id = $1 AND epoch = $2 AND "
                                      "state < $5 AND commitment <> '' AND ((nonce_1 = '' AND nonce_2 = '') OR "
                                      "(nonce_1 = $3 AND nonce_2 = $4))",
                                      {match.value, epoch, nonces[0], nonces[1], first_finished}));
        },
        by);
}

AsyncResult<void> SqlMatches::append_battle(MatchId match, std::int64_t epoch, BattleChunk chunk, OutboxEvent event,
                                            Deadline by)
{
    return database_.write(
        [match = std::move(match), epoch, chunk = std::move(chunk),
         event = std::move(event)](Connection& connection) -> Result<void> {
            const Result<void> kept = append_chunk(connection, match, epoch, chunk);
            if (!kept) return kept.error();
            return append_event(connection, event.topic, event.event);
        },
        by);
}

AsyncResult<std::vector<BattleChunk>> SqlMatches::battle_log(MatchId match, Deadline by)
{
    return read<std::vector<BattleChunk>>(
        database_, [match = std::move(match)](Connection& connection) { return read_chunks(connection, match); }, by);
}

AsyncResult<void> SqlMatches::settle(Settlement settlement, Deadline by)
{
    return database_.write(
        [settlement = std::move(settlement)](Connection& connection) { return settle_match(connection, settlement); },
        by);
}

AsyncResult<void> SqlMatches::abort(MatchId match, std::int64_t epoch, std::string reason,
                                    std::vector<OutboxEvent> events, Millis now, Deadline by)
{
    return database_.write(
        [match = std::move(match), epoch, reason = std::move(reason), events = std::move(events),
         now](Connection& connection) -> Result<void> {
            const Result<void> aborted = abort_match(connection, match, epoch, reason, now);
            if (!aborted) return aborted.error();
            return append_events(connection, events);
        },
        by);
}

AsyncResult<Rating> SqlMatches::rating(PlayerId player, std::string mode, Deadline by)
{
    return read<Rating>(
        database_,
        [player = std::move(player), mode = std::move(mode)](Connection& connection) {
            return find_rating(connection, player, mode);
        },
        by);
}

AsyncResult<DailyPlay> SqlMatches::daily(PlayerId player, std::int64_t day, Deadline by)
{
    return read<DailyPlay>(
        database_,
        [player = std::move(player), day](Connection& connection) { return find_day(connection, player, day); }, by);
}

} // namespace harvest::sql
