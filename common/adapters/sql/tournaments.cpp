#include "common/adapters/sql/tournaments.hpp"

#include "common/adapters/sql/leases.hpp"
#include "common/adapters/sql/living.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/tournament_rows.hpp"
#include "common/adapters/sql/transfers.hpp"
#include "common/protocol/tournament_errc.hpp"

#include <algorithm>

namespace harvest::sql {
namespace {

using game::tournament::Format;
using game::tournament::Outcome;
using protocol::TournamentErrc;
using protocol::TournamentState;

Result<void> enter_player(Connection& connection, const TournamentId& id, const TournamentEntry& entry)
{
    const Result<void> living = check_living(connection, entry.player);
    if (!living) return living.error();
    const Result<Tournament> before = read_tournament(connection, id);
    if (!before) return before.error();
    const auto in = std::ranges::find(before->entries, entry.player, &TournamentEntry::player);
    const bool same = in != before->entries.end() && in->deck == entry.deck;
    if (same && before->state == TournamentState::open) return {}; // no version counts this
    const Result<Tournament> tournament = take_tournament(connection, id);
    if (!tournament) return tournament.error();
    if (tournament->state != TournamentState::open) return TournamentErrc::not_open;
    const bool again =
        std::ranges::find(tournament->entries, entry.player, &TournamentEntry::player) != tournament->entries.end();
    if (!again && static_cast<std::int64_t>(tournament->entries.size()) >= tournament->rules.max_players)
        return TournamentErrc::full;
    const Result<Rows> kept = connection.execute(
        "INSERT INTO tournament_entries (tournament, player, deck, rating, entered_at, dropped_at, place) "
        "VALUES ($1, $2, $3, 0, $4, 0, 0) ON CONFLICT (tournament, player) DO UPDATE SET deck = excluded.deck",
        {id.value, entry.player.value, entry.deck.value, entry.entered_at.count()});
    if (!kept) return kept.error();
    return {};
}

Result<void> start_tournament(Connection& connection, const TournamentId& id, Millis now)
{
    const Result<Tournament> tournament = take_tournament(connection, id);
    if (!tournament) return tournament.error();
    if (tournament->state != TournamentState::open) return TournamentErrc::not_open;
    if (static_cast<std::int64_t>(tournament->entries.size()) < tournament->rules.min_players)
        return TournamentErrc::too_few;
    const Result<std::int64_t> started =
        change(connection, "UPDATE tournaments SET state = $2, started_at = $3 WHERE id = $1",
               {id.value, static_cast<std::int64_t>(TournamentState::running), now.count()});
    if (!started) return started.error();
    return {};
}

Result<void> cancel_tournament(Connection& connection, const TournamentId& id, bool unstarted, Millis now)
{
    const Result<Tournament> tournament = take_tournament(connection, id);
    if (!tournament) return tournament.error();
    if (unstarted && tournament->state != TournamentState::open) return Errc::conflict;
    if (tournament->state > TournamentState::running) return TournamentErrc::over;
    const Result<std::int64_t> ended =
        change(connection, "UPDATE tournaments SET state = $2, ended_at = $3 WHERE id = $1",
               {id.value, static_cast<std::int64_t>(TournamentState::cancelled), now.count()});
    if (!ended) return ended.error();
    return {};
}

Result<void> apply_ruling(Connection& connection, const TournamentRuling& ruling)
{
    if (ruling.outcome == Outcome::open || ruling.judge.empty()) return Errc::invalid_argument;
    Result<Tournament> tournament = take_tournament(connection, ruling.tournament);
    if (!tournament) return tournament.error();
    if (tournament->state != TournamentState::running) return TournamentErrc::not_running;
    const auto pairing = std::ranges::find_if(tournament->pairings, [&](const TournamentPairing& each) {
        return each.seats.round == ruling.round && each.seats.table == ruling.table && !each.seats.bye();
    });
    if (pairing == tournament->pairings.end()) return TournamentErrc::no_such_pairing;
    const bool bracket = tournament->rules.format == Format::elimination;
    if (bracket && ruling.round != tournament->round) return TournamentErrc::round_over;
    if (bracket && ruling.outcome == Outcome::draw) return TournamentErrc::no_draw;
    pairing->seats.outcome = ruling.outcome;
    pairing->decided_by = ruling.judge;
    return write_pairing(connection, ruling.tournament, *pairing);
}

Result<void> write_entries(Connection& connection, const TournamentStep& step)
{
    for (const auto& [player, rating] : step.ratings) {
        const Result<std::int64_t> set =
            change(connection, "UPDATE tournament_entries SET rating = $3 WHERE tournament = $1 AND player = $2",
                   {step.tournament.value, player.value, rating});
        if (!set) return set.error();
    }
    for (const auto& [player, place] : step.places) {
        const Result<std::int64_t> set =
            change(connection, "UPDATE tournament_entries SET place = $3 WHERE tournament = $1 AND player = $2",
                   {step.tournament.value, player.value, std::int64_t{place}});
        if (!set) return set.error();
    }
    return {};
}

Result<void> apply_step(Connection& connection, const Lease& lease, const TournamentStep& step)
{
    const Result<void> held = check_lease(connection, lease);
    if (!held) return held.error();
    const Millis ended_at = step.state == TournamentState::running ? Millis{} : step.at;
    const Result<std::int64_t> moved =
        change(connection,
               "UPDATE tournaments SET version = version + 1, state = $3, round = $4, rounds = $5, round_until = $6, "
               "ended_at = $7 WHERE id = $1 AND version = $2 AND state = $8",
               {step.tournament.value, step.version, static_cast<std::int64_t>(step.state), std::int64_t{step.round},
                std::int64_t{step.rounds}, step.round_until.count(), ended_at.count(),
                static_cast<std::int64_t>(TournamentState::running)});
    if (!moved) return moved.error();
    if (*moved == 0) {
        const Result<Tournament> there = read_tournament(connection, step.tournament);
        if (!there) return there.error();
        return Errc::conflict;
    }
    for (const TournamentPairing& pairing : step.pairings)
        if (const Result<void> written = write_pairing(connection, step.tournament, pairing); !written)
            return written.error();
    Result<void> done = write_entries(connection, step);
    if (done) done = apply_transfers(connection, step.prizes, step.at);
    if (!done) return done.error();
    return append_events(connection, step.events);
}

} // namespace

AsyncResult<void> SqlTournaments::create(Tournament tournament, Deadline by)
{
    return database_.write([tournament = std::move(tournament)](
                               Connection& connection) { return insert_tournament(connection, tournament); },
                           by);
}

AsyncResult<Tournament> SqlTournaments::get(TournamentId tournament, Deadline by)
{
    return read<Tournament>(
        database_, [id = std::move(tournament)](Connection& connection) { return read_tournament(connection, id); },
        by);
}

AsyncResult<std::vector<Tournament>> SqlTournaments::list(TournamentFilter filter, Deadline by)
{
    return read<std::vector<Tournament>>(
        database_,
        [filter = std::move(filter)](Connection& connection) { return list_tournaments(connection, filter); }, by);
}

AsyncResult<void> SqlTournaments::enter(TournamentId tournament, TournamentEntry entry, Deadline by)
{
    return database_.write([id = std::move(tournament), entry = std::move(entry)](
                               Connection& connection) { return enter_player(connection, id, entry); },
                           by);
}

AsyncResult<void> SqlTournaments::drop(TournamentId tournament, PlayerId player, Millis now, Deadline by)
{
    return database_.write([id = std::move(tournament), player = std::move(player),
                            now](Connection& connection) { return drop_player(connection, id, player, now); },
                           by);
}

AsyncResult<void> SqlTournaments::start(TournamentId tournament, Millis now, Deadline by)
{
    return database_.write(
        [id = std::move(tournament), now](Connection& connection) { return start_tournament(connection, id, now); },
        by);
}

AsyncResult<void> SqlTournaments::cancel(TournamentId tournament, bool unstarted, Millis now, Deadline by)
{
    return database_.write([id = std::move(tournament), unstarted,
                            now](Connection& connection) { return cancel_tournament(connection, id, unstarted, now); },
                           by);
}

AsyncResult<void> SqlTournaments::rule(TournamentRuling ruling, Deadline by)
{
    return database_.write(
        [ruling = std::move(ruling)](Connection& connection) { return apply_ruling(connection, ruling); }, by);
}

AsyncResult<void> SqlTournaments::advance(Lease lease, TournamentStep step, Deadline by)
{
    return database_.write([lease = std::move(lease), step = std::move(step)](
                               Connection& connection) { return apply_step(connection, lease, step); },
                           by);
}

} // namespace harvest::sql
