#include "common/adapters/sql/match_rows.hpp"

#include "common/adapters/sql/decks.hpp"
#include "common/adapters/sql/living.hpp"

namespace harvest::sql {

const std::string match_columns =
    "id, mode, content_hash, state, created_at, ended_at, player_1, name_1, farmer_1, cards_1, bot_1, player_2, "
    "name_2, farmer_2, cards_2, bot_2, instance, epoch, lease_until, sealed_seed, commitment, server_seed, nonce_1, "
    "nonce_2, winner, reason, turns, commands, final_hash";

namespace {

MatchSeat to_seat(const Row& row, std::size_t column)
{
    return {PlayerId{row.text(column)}, row.text(column + 1), row.text(column + 2), split_ids(row.text(column + 3)),
            row.text(column + 4)};
}

Result<void> insert_match(Connection& connection, const Match& match)
{
    const auto& [one, two] = match.seats;
    const Result<std::string> cards_1 = join_ids(one.cards);
    const Result<std::string> cards_2 = join_ids(two.cards);
    if (!cards_1) return cards_1.error();
    if (!cards_2) return cards_2.error();
    const Result<Rows> made = connection.execute(
        "INSERT INTO matches (id, mode, content_hash, state, created_at, ended_at, player_1, name_1, farmer_1, "
        "cards_1, bot_1, player_2, name_2, farmer_2, cards_2, bot_2, instance, epoch, lease_until, sealed_seed, "
        "commitment, server_seed, nonce_1, nonce_2, logged, winner, reason, turns, commands, final_hash) "
        "VALUES ($1, $2, $3, 0, $4, 0, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '', '', '', '', "
        "'', 0, NULL, '', 0, 0, '')",
        {match.id.value, match.mode, match.content_hash, match.created_at.count(), one.player.value, one.name,
         one.farmer, *cards_1, one.bot, two.player.value, two.name, two.farmer, *cards_2, two.bot, match.instance,
         match.epoch, match.lease_until.count()});
    if (!made) return made.error();
    return {};
}

// The seat's player leaves the queue for the match. conflict: the ticket is gone, or another match came first.
Result<void> engage(Connection& connection, const MatchId& match, const MatchSeat& seat, const TicketId& ticket)
{
    Result<std::int64_t> engaged{0};
    if (ticket.empty()) {
        engaged = change(connection,
                         "INSERT INTO player_engagements (player, ticket, match_id) VALUES ($1, '', $2) "
                         "ON CONFLICT (player) DO NOTHING",
                         {seat.player.value, match.value});
    } else {
        const Result<std::int64_t> taken = change(connection, "DELETE FROM queue_tickets WHERE id = $1 AND player = $2",
                                                  {ticket.value, seat.player.value});
        if (!taken) return taken.error();
        engaged = change(connection,
                         "UPDATE player_engagements SET ticket = '', match_id = $3 WHERE player = $1 AND ticket = $2",
                         {seat.player.value, ticket.value, match.value});
    }
    if (!engaged) return engaged.error();
    if (*engaged == 0) return Errc::conflict;
    return {};
}

} // namespace

Match to_match(const Row& row)
{
    Match match;
    match.id.value = row.text(0);
    match.mode = row.text(1);
    match.content_hash = row.text(2);
    match.state = static_cast<MatchState>(row.integer(3));
    match.created_at = Millis{row.integer(4)};
    match.ended_at = Millis{row.integer(5)};
    match.seats = {to_seat(row, 6), to_seat(row, 11)};
    match.instance = row.text(16);
    match.epoch = row.integer(17);
    match.lease_until = Millis{row.integer(18)};
    match.sealed_seed = row.text(19);
    match.commitment = row.text(20);
    match.server_seed = row.text(21);
    match.nonces = {row.text(22), row.text(23)};
    if (!row.is_null(24))
        match.result = MatchResult{static_cast<int>(row.integer(24)), row.text(25), static_cast<int>(row.integer(26)),
                                   row.integer(27), row.text(28)};
    if (match.state == MatchState::aborted) match.aborted_for = row.text(25);
    return match;
}

Result<std::vector<Match>> to_matches(const Result<Rows>& rows)
{
    if (!rows) return rows.error();
    std::vector<Match> matches;
    for (const Row& row : *rows) matches.push_back(to_match(row));
    return matches;
}

Result<Match> find_match(Connection& connection, const MatchId& match)
{
    const Result<Rows> rows =
        connection.execute("SELECT " + match_columns + " FROM matches WHERE id = $1", {match.value});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    return to_match(rows->front());
}

Result<void> queue_ticket(Connection& connection, const MatchTicket& ticket)
{
    if (ticket.id.empty() || ticket.player.empty() || ticket.mode.empty()) return Errc::invalid_argument;
    const Result<void> living = check_living(connection, ticket.player);
    if (!living) return living.error();
    const Result<std::int64_t> engaged =
        change(connection,
               "INSERT INTO player_engagements (player, ticket, match_id) VALUES ($1, $2, '') "
               "ON CONFLICT (player) DO NOTHING",
               {ticket.player.value, ticket.id.value});
    if (!engaged) return engaged.error();
    if (*engaged == 0) return Errc::already_exists;
    const Result<Rows> kept = connection.execute(
        "INSERT INTO queue_tickets (id, player, mode, deck, preferences, queued_at) VALUES ($1, $2, $3, $4, $5, $6)",
        {ticket.id.value, ticket.player.value, ticket.mode, ticket.deck.value, ticket.preferences,
         ticket.queued_at.count()});
    if (!kept) return kept.error();
    return {};
}

Result<void> unqueue_ticket(Connection& connection, const TicketId& ticket)
{
    if (ticket.empty()) return Errc::invalid_argument;
    const Result<Rows> taken =
        connection.execute("DELETE FROM queue_tickets WHERE id = $1 RETURNING player", {ticket.value});
    if (!taken) return taken.error();
    if (taken->empty()) return Errc::not_found;
    const Result<std::int64_t> freed =
        change(connection, "DELETE FROM player_engagements WHERE player = $1 AND ticket = $2",
               {taken->front().text(0), ticket.value});
    if (!freed) return freed.error();
    return {};
}

Result<void> make_match(Connection& connection, const Match& match, const std::array<TicketId, 2>& tickets)
{
    if (match.id.empty() || match.seats[0].player == match.seats[1].player) return Errc::invalid_argument;
    Result<void> step = insert_match(connection, match);
    if (!step) return step.error();
    for (std::size_t i = 0; i < 2; ++i) {
        const MatchSeat& seat = match.seats[i];
        if (!seat.bot.empty() && tickets[i].empty()) continue;
        step = engage(connection, match.id, seat, tickets[i]);
        if (!step) return step.error();
    }
    for (const MatchSeat& seat : match.seats) {
        const Result<Rows> listed = connection.execute("INSERT INTO match_players (player, match_id) VALUES ($1, $2)",
                                                       {seat.player.value, match.id.value});
        if (!listed) return listed.error();
    }
    return {};
}

} // namespace harvest::sql
