#include "common/adapters/sql/tournament_rows.hpp"

#include "common/protocol/tournament_errc.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::sql {
namespace {

using protocol::TournamentErrc;
using protocol::TournamentState;

#define TOURNAMENT_COLUMNS                                                                                             \
    "id, made_from, name, format, wished_rounds, round_length, min_players, max_players, state, round, rounds, seed, " \
    "version, created_at, started_at, round_until, ended_at"

Tournament to_tournament(const Row& row)
{
    Tournament out;
    out.id = TournamentId{row.text(0)};
    out.made_from = row.text(1);
    out.rules.name = row.text(2);
    out.rules.format = static_cast<game::tournament::Format>(row.integer(3));
    out.rules.rounds = static_cast<int>(row.integer(4));
    out.rules.round_length = Millis{row.integer(5)};
    out.rules.min_players = row.integer(6);
    out.rules.max_players = row.integer(7);
    out.state = static_cast<TournamentState>(row.integer(8));
    out.round = static_cast<int>(row.integer(9));
    out.rounds = static_cast<int>(row.integer(10));
    out.seed = row.integer(11);
    out.version = row.integer(12);
    out.created_at = Millis{row.integer(13)};
    out.started_at = Millis{row.integer(14)};
    out.round_until = Millis{row.integer(15)};
    out.ended_at = Millis{row.integer(16)};
    return out;
}

Result<void> read_entries(Connection& connection, Tournament& into)
{
    const Result<Rows> rows =
        connection.execute("SELECT e.player, e.deck, e.rating, e.entered_at, e.dropped_at, e.place, "
                           "COALESCE(a.name, '') FROM tournament_entries AS e LEFT JOIN accounts AS a "
                           "ON a.id = e.player WHERE e.tournament = $1 ORDER BY e.entered_at, e.player",
                           {into.id.value});
    if (!rows) return rows.error();
    for (const Row& row : *rows)
        into.entries.push_back({PlayerId{row.text(0)}, DeckId{row.text(1)}, row.integer(2), Millis{row.integer(3)},
                                Millis{row.integer(4)}, static_cast<int>(row.integer(5)), row.text(6)});
    return {};
}

Result<void> read_pairings(Connection& connection, Tournament& into)
{
    const Result<Rows> rows =
        connection.execute("SELECT round, table_no, player_1, player_2, outcome, match_id, attempts, decided_by "
                           "FROM tournament_pairings WHERE tournament = $1 ORDER BY round, table_no",
                           {into.id.value});
    if (!rows) return rows.error();
    for (const Row& row : *rows) {
        TournamentPairing& pairing = into.pairings.emplace_back();
        pairing.seats = {static_cast<int>(row.integer(0)), static_cast<int>(row.integer(1)), PlayerId{row.text(2)},
                         PlayerId{row.text(3)}, static_cast<game::tournament::Outcome>(row.integer(4))};
        pairing.match = MatchId{row.text(5)};
        pairing.attempts = row.integer(6);
        pairing.decided_by = row.text(7);
    }
    return {};
}

Result<void> read_prizes(Connection& connection, Tournament& into)
{
    const Result<Rows> rows =
        connection.execute("SELECT place, asset, amount FROM tournament_prizes WHERE tournament = $1 "
                           "ORDER BY place, asset",
                           {into.id.value});
    if (!rows) return rows.error();
    for (const Row& row : *rows)
        into.rules.prizes.push_back({static_cast<int>(row.integer(0)), row.text(1), row.integer(2)});
    return {};
}

// An open pairing of the last round, of one who is gone, is lost.
Result<void> settle_dropped(Connection& connection, const TournamentId& id)
{
    const Result<Tournament> now = read_tournament(connection, id);
    if (!now) return now.error();
    const game::tournament::Field field = field_of(*now);
    for (TournamentPairing pairing : now->pairings) {
        const game::tournament::Outcome outcome = outcome_after_drops(field, pairing.seats);
        if (outcome == pairing.seats.outcome) continue;
        pairing.seats.outcome = outcome;
        pairing.decided_by = "drop";
        const Result<void> written = write_pairing(connection, id, pairing);
        if (!written) return written.error();
    }
    return {};
}

} // namespace

Result<void> insert_tournament(Connection& connection, const Tournament& tournament)
{
    const TournamentRules& rules = tournament.rules;
    if (tournament.id.empty() || rules.min_players < 2 || rules.max_players < rules.min_players ||
        rules.round_length <= Millis{})
        return Errc::invalid_argument;
    const Result<Rows> made = connection.execute(
        "INSERT INTO tournaments (" TOURNAMENT_COLUMNS
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, 1, $11, 0, 0, 0)",
        {tournament.id.value, tournament.made_from, rules.name, static_cast<std::int64_t>(rules.format),
         std::int64_t{rules.rounds}, rules.round_length.count(), rules.min_players, rules.max_players,
         static_cast<std::int64_t>(TournamentState::open), tournament.seed, tournament.created_at.count()});
    if (!made) return made.error();
    for (const TournamentPrize& prize : rules.prizes) {
        const Result<Rows> kept = connection.execute(
            "INSERT INTO tournament_prizes (tournament, place, asset, amount) VALUES ($1, $2, $3, $4)",
            {tournament.id.value, std::int64_t{prize.place}, prize.asset, prize.amount});
        if (!kept) return kept.error();
    }
    return {};
}

Result<Tournament> read_tournament(Connection& connection, const TournamentId& id)
{
    const Result<Rows> rows =
        connection.execute("SELECT " TOURNAMENT_COLUMNS " FROM tournaments WHERE id = $1", {id.value});
    if (!rows) return rows.error();
    if (rows->empty()) return TournamentErrc::no_such_tournament;
    Tournament tournament = to_tournament(rows->front());
    Result<void> step = read_prizes(connection, tournament);
    if (step) step = read_entries(connection, tournament);
    if (step) step = read_pairings(connection, tournament);
    if (!step) return step.error();
    return tournament;
}

Result<std::vector<Tournament>> list_tournaments(Connection& connection, const TournamentFilter& filter)
{
    std::vector<Param> params;
    std::string where;
    const auto restrict_by = [&](std::string_view condition, Param value) {
        params.push_back(value);
        where += fmt::format("{}{}${}", where.empty() ? " WHERE " : " AND ", condition, params.size());
    };
    if (!filter.after.empty()) restrict_by("id < ", filter.after);
    if (filter.state) restrict_by("state = ", static_cast<std::int64_t>(*filter.state));
    params.emplace_back(static_cast<std::int64_t>(filter.limit));
    const std::string statement = fmt::format(
        "SELECT " TOURNAMENT_COLUMNS " FROM tournaments{} ORDER BY id DESC LIMIT ${}", where, params.size());
    const Result<Rows> rows = connection.execute(statement, std::span<const Param>(params));
    if (!rows) return rows.error();
    std::vector<Tournament> tournaments;
    for (const Row& row : *rows) {
        Tournament& each = tournaments.emplace_back(to_tournament(row));
        Result<void> step = read_prizes(connection, each);
        if (step) step = read_entries(connection, each);
        if (!step) return step.error();
    }
    return tournaments;
}

Result<Tournament> take_tournament(Connection& connection, const TournamentId& id)
{
    const Result<std::int64_t> counted =
        change(connection, "UPDATE tournaments SET version = version + 1 WHERE id = $1", {id.value});
    if (!counted) return counted.error();
    return read_tournament(connection, id);
}

Result<void> write_pairing(Connection& connection, const TournamentId& id, const TournamentPairing& pairing)
{
    const game::tournament::Pairing& seats = pairing.seats;
    const Result<Rows> written = connection.execute(
        "INSERT INTO tournament_pairings (tournament, round, table_no, player_1, player_2, outcome, match_id, "
        "attempts, decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "ON CONFLICT (tournament, round, table_no) DO UPDATE SET outcome = excluded.outcome, "
        "match_id = excluded.match_id, attempts = excluded.attempts, decided_by = excluded.decided_by",
        {id.value, std::int64_t{seats.round}, std::int64_t{seats.table}, seats.first.value, seats.second.value,
         static_cast<std::int64_t>(seats.outcome), pairing.match.value, pairing.attempts, pairing.decided_by});
    if (!written) return written.error();
    return {};
}

Result<void> drop_player(Connection& connection, const TournamentId& id, const PlayerId& player, Millis now)
{
    const Result<Tournament> before = read_tournament(connection, id);
    if (!before) return before.error();
    const auto out = std::ranges::find(before->entries, player, &TournamentEntry::player);
    const bool is_running = before->state == TournamentState::running;
    if (is_running && out != before->entries.end() && out->dropped_at != Millis{}) return {}; // no version counts this
    const Result<Tournament> tournament = take_tournament(connection, id);
    if (!tournament) return tournament.error();
    const auto own = std::ranges::find(tournament->entries, player, &TournamentEntry::player);
    if (own == tournament->entries.end()) return TournamentErrc::not_entered;
    if (tournament->state == TournamentState::open) {
        const Result<std::int64_t> gone =
            change(connection, "DELETE FROM tournament_entries WHERE tournament = $1 AND player = $2",
                   {id.value, player.value});
        if (!gone) return gone.error();
        return {};
    }
    if (tournament->state != TournamentState::running) return TournamentErrc::over;
    if (own->dropped_at != Millis{}) return {};
    const Result<std::int64_t> dropped =
        change(connection, "UPDATE tournament_entries SET dropped_at = $3 WHERE tournament = $1 AND player = $2",
               {id.value, player.value, now.count()});
    if (!dropped) return dropped.error();
    return settle_dropped(connection, id);
}

Result<void> drop_everywhere(Connection& connection, const PlayerId& player, Millis now)
{
    const Result<Rows> rows = connection.execute(
        "SELECT e.tournament FROM tournament_entries AS e JOIN tournaments AS t ON t.id = e.tournament "
        "WHERE e.player = $1 AND t.state <= $2",
        {player.value, static_cast<std::int64_t>(TournamentState::running)});
    if (!rows) return rows.error();
    for (const Row& row : *rows) {
        const Result<void> dropped = drop_player(connection, TournamentId{row.text(0)}, player, now);
        if (!dropped) return dropped.error();
    }
    return {};
}

} // namespace harvest::sql
