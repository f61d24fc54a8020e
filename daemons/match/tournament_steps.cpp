#include "daemons/match/tournament_steps.hpp"

#include "common/game/progress/derived_id.hpp"
#include "common/game/tournament/elimination.hpp"
#include "common/game/tournament/standings.hpp"
#include "common/ports/records/changes.hpp"
#include "common/protocol/events.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

using game::tournament::Format;
using game::tournament::Outcome;
using game::tournament::Standing;
using protocol::TournamentState;

// A match without a winner, where one must go on.
Outcome better_seed(const Tournament& tournament, const game::tournament::Pairing& seats)
{
    for (const PlayerId& player : game::tournament::seeds_of(field_of(tournament))) {
        if (player == seats.first) return Outcome::first;
        if (player == seats.second) return Outcome::second;
    }
    return Outcome::both_lost;
}

TableVerdict judge_aborted(const Tournament& tournament, const TournamentPairing& pairing, const TableFacts& facts,
                           Millis now)
{
    if (facts.match->aborted_for == abort_nobody_came) {
        if (facts.unattended >= most_attempts) return {TableAction::decided, Outcome::both_lost, "clock"};
        return {TableAction::again, {}, {}};
    }
    if (now < tournament.round_until) return {TableAction::again, {}, {}};
    if (tournament.rules.format == Format::swiss) return {TableAction::decided, Outcome::draw, "clock"};
    return {TableAction::decided, better_seed(tournament, pairing.seats), "seed"};
}

TableVerdict judge_match(const Tournament& tournament, const TournamentPairing& pairing, const TableFacts& facts,
                         Millis now)
{
    const harvest::Match& match = *facts.match;
    if (match.state == MatchState::aborted) return judge_aborted(tournament, pairing, facts, now);
    if (match.state != MatchState::ended || !match.result) return {TableAction::wait, {}, {}};
    if (match.result->winner >= 0) {
        const PlayerId& winner = match.seats[static_cast<std::size_t>(match.result->winner)].player;
        return {TableAction::decided, winner == pairing.seats.first ? Outcome::first : Outcome::second, "match"};
    }
    if (tournament.rules.format == Format::swiss) return {TableAction::decided, Outcome::draw, "match"};
    if (pairing.attempts + 1 < most_attempts) return {TableAction::again, {}, {}};
    return {TableAction::decided, better_seed(tournament, pairing.seats), "seed"};
}

TournamentStep step_of(const Tournament& tournament, Millis now)
{
    TournamentStep step;
    step.tournament = tournament.id;
    step.version = tournament.version;
    step.state = tournament.state;
    step.round = tournament.round;
    step.rounds = tournament.rounds;
    step.round_until = tournament.round_until;
    step.at = now;
    return step;
}

// At a table: who stayed away from every one has earned nothing. "seed" decides among those who have played.
bool took_part(const Tournament& tournament, const PlayerId& player)
{
    return std::ranges::any_of(tournament.pairings, [&](const TournamentPairing& each) {
        const game::tournament::Pairing& seats = each.seats;
        if (seats.bye() || !seats.has(player)) return false;
        const Outcome own = seats.first == player ? Outcome::first : Outcome::second;
        if (seats.outcome == own || seats.outcome == Outcome::draw) return true;
        return !each.match.empty() || each.decided_by == "seed";
    });
}

// What the place of one player pays, and the event that tells of it.
void pay(TournamentStep& step, const Tournament& tournament, const Standing& standing, const std::string& source)
{
    protocol::TournamentEnded told;
    told.player = standing.player;
    told.tournament = tournament.id.value;
    told.place = standing.place;
    std::vector<Transfer> prizes;
    const bool earned = took_part(tournament, standing.player);
    for (const TournamentPrize& prize : tournament.rules.prizes) {
        if (!earned || prize.place != standing.place) continue;
        prizes.push_back({game::progress::derived_id<TransferId>(
                              {"tournament.prize", tournament.id.value, standing.player.value, prize.asset}),
                          prize.asset, "mint", player_account(standing.player), prize.amount, "tournament.prize"});
        told.reward.push_back({prize.asset, {prize.amount}});
    }
    told.changes = changes_of(prizes);
    OutboxEvent event;
    event.topic = protocol::topic::game;
    event.event = {
        game::progress::derived_id<EventId>({"tournament.ended", tournament.id.value, standing.player.value}),
        std::string(protocol::event_type::tournament_ended),
        source,
        standing.player.value,
        {},
        step.at,
        protocol::encode(told)};
    step.places.emplace_back(standing.player, standing.place);
    std::ranges::move(prizes, std::back_inserter(step.prizes));
    step.events.push_back(std::move(event));
}

} // namespace

MatchId match_of(const TournamentId& tournament, const TournamentPairing& pairing)
{
    return game::progress::derived_id<MatchId>({"tournament.match", tournament.value,
                                                std::to_string(pairing.seats.round),
                                                std::to_string(pairing.seats.table), std::to_string(pairing.attempts)});
}

TableVerdict judge_table(const Tournament& tournament, const TournamentPairing& pairing, const TableFacts& facts,
                         Millis now)
{
    if (facts.match) return judge_match(tournament, pairing, facts, now);
    if (facts.first_here && facts.second_here) return {TableAction::play, {}, {}};
    if (now < tournament.round_until || !facts.absence_is_sure) return {TableAction::wait, {}, {}};
    const Outcome outcome = facts.first_here    ? Outcome::first
                            : facts.second_here ? Outcome::second
                                                : Outcome::both_lost;
    return {TableAction::decided, outcome, "clock"};
}

TournamentPairing settled_table(const TournamentId& tournament, TournamentPairing pairing, const TableVerdict& verdict)
{
    if (verdict.action == TableAction::decided) {
        pairing.seats.outcome = verdict.outcome;
        pairing.decided_by = verdict.by;
        if (verdict.by == "match") pairing.match = match_of(tournament, pairing);
    }
    if (verdict.action == TableAction::again) ++pairing.attempts;
    return pairing;
}

TournamentStep next_step(Tournament tournament, const Ratings& ratings, const std::string& source, Millis now)
{
    if (tournament.round == 0) {
        tournament.rounds =
            game::tournament::rounds_of(tournament.rules.format, tournament.entries.size(), tournament.rules.rounds);
        for (TournamentEntry& entry : tournament.entries)
            if (const auto rating = ratings.find(entry.player); rating != ratings.end()) entry.rating = rating->second;
    }
    TournamentStep step = step_of(tournament, now);
    const game::tournament::Field field = field_of(tournament);
    if (tournament.round == 0)
        for (const game::tournament::Entrant& each : field.entrants)
            step.ratings.emplace_back(each.player, each.rating);
    std::vector<game::tournament::Pairing> round = game::tournament::next_round(field);
    if (round.empty()) {
        step.state = TournamentState::ended;
        for (const Standing& standing : game::tournament::standings(field)) pay(step, tournament, standing, source);
        return step;
    }
    ++step.round;
    step.round_until = now + tournament.rules.round_length;
    for (game::tournament::Pairing& seats : round) {
        TournamentPairing& pairing = step.pairings.emplace_back();
        pairing.decided_by = seats.bye() ? "bye" : "";
        pairing.seats = std::move(seats);
    }
    return step;
}

TournamentStep tables_step(const Tournament& tournament, std::vector<TournamentPairing> changed, Millis now)
{
    TournamentStep step = step_of(tournament, now);
    step.pairings = std::move(changed);
    return step;
}

} // namespace harvest::match
