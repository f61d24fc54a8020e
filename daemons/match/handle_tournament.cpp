// Rpc "tournament.list", "tournament.get", "tournament.enter", "tournament.leave": what players see of tournaments and
// do in them (/v1/tournaments).
#include "common/game/tournament/standings.hpp"
#include "common/protocol/tournament_errc.hpp"
#include "daemons/match/match.hpp"
#include "daemons/match/tournament_steps.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

constexpr Millis between_looks = 250ms, referee_wait = 20s; // who comes by each second, or after a lease has run out

std::optional<std::string> time_if_any(Millis at)
{
    return at == Millis{} ? std::nullopt : std::optional(to_rfc3339(at));
}

protocol::TournamentInfo info_of(const Tournament& tournament, const PlayerId& player)
{
    protocol::TournamentInfo info;
    info.tournament = tournament.id;
    info.name = tournament.rules.name;
    info.format = tournament.rules.format;
    info.state = tournament.state;
    info.round = tournament.round;
    info.rounds = tournament.rounds;
    info.players = static_cast<std::int64_t>(tournament.entries.size());
    info.min_players = tournament.rules.min_players;
    info.max_players = tournament.rules.max_players;
    info.round_minutes = tournament.rules.round_length / 1min;
    info.entered = std::ranges::find(tournament.entries, player, &TournamentEntry::player) != tournament.entries.end();
    info.created_at = to_rfc3339(tournament.created_at);
    info.started_at = time_if_any(tournament.started_at);
    info.ended_at = time_if_any(tournament.ended_at);
    return info;
}

protocol::TournamentPlayer shown_player(const game::tournament::Standing& standing)
{
    return {standing.place,
            standing.player,
            {},
            standing.points,
            standing.wins,
            standing.draws,
            standing.losses,
            standing.byes,
            standing.buchholz,
            standing.opponents_win_rate,
            standing.dropped};
}

std::vector<protocol::TournamentTable> tables_of(const Tournament& tournament)
{
    std::vector<protocol::TournamentTable> tables;
    for (const TournamentPairing& pairing : tournament.pairings) {
        protocol::TournamentTable& table = tables.emplace_back();
        table.round = pairing.seats.round;
        table.table = pairing.seats.table;
        table.first = pairing.seats.first;
        if (!pairing.seats.bye()) table.second = pairing.seats.second;
        table.outcome = pairing.seats.outcome;
        if (!pairing.match.empty()) table.match = pairing.match;
    }
    return tables;
}

std::vector<protocol::TournamentPrizeInfo> prizes_of(const Tournament& tournament)
{
    std::vector<protocol::TournamentPrizeInfo> prizes;
    for (const TournamentPrize& prize : tournament.rules.prizes) { // by place
        if (prizes.empty() || prizes.back().place != prize.place) prizes.push_back({prize.place, {}});
        prizes.back().reward.push_back({prize.asset, {prize.amount}});
    }
    return prizes;
}

} // namespace

AsyncResult<std::string> MatchDaemon::answer_tournament(RpcRequest request)
{
    if (request.method == "tournament.list") co_return co_await handle_tournaments(std::move(request.body), request.by);
    const auto call =
        protocol::decode<protocol::PlayerTournamentRequest>(request.body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    if (request.method == "tournament.get") co_return co_await tell_tournament(*call, request.by);
    Result<void> done = Errc::not_found;
    if (request.method == "tournament.enter")
        done = co_await enter_tournament(*call, request.by);
    else if (request.method == "tournament.leave")
        done = co_await leave_tournament(*call, request.by);
    if (!done) co_return done.error();
    Result<std::string> told = co_await tell_tournament(*call, request.by);
    if (!told) co_return Errc::in_doubt; // its own error would say that nothing was done
    co_return told;
}

AsyncResult<std::string> MatchDaemon::handle_tournaments(std::string body, Deadline by)
{
    const auto call = protocol::decode<protocol::PlayerTournamentsRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    TournamentFilter filter;
    filter.state = call->state;
    filter.after = call->cursor;
    filter.limit = static_cast<std::size_t>(std::clamp<std::int64_t>(call->limit, 1, 100));
    const std::size_t limit = filter.limit;
    const Result<std::vector<Tournament>> found = co_await tournaments_.list(std::move(filter), by);
    if (!found) co_return found.error();
    protocol::TournamentList list;
    for (const Tournament& each : *found) list.items.push_back(info_of(each, call->player));
    if (found->size() == limit) list.next_cursor = found->back().id.value;
    co_return protocol::encode(list);
}

// Errors: MatchErrc of the deck or a ban, TournamentErrc, those of the stores.
AsyncResult<void> MatchDaemon::enter_tournament(const protocol::PlayerTournamentRequest& call, Deadline by)
{
    if (!call.deck) co_return Errc::invalid_argument;
    const std::shared_ptr<const game::battle::Content> rules = contents_.now()->battle;
    const Result<MatchSeat> seat = co_await tournament_seat(call.player, *call.deck, *rules, by);
    if (!seat) co_return seat.error();
    TournamentEntry entry;
    entry.player = call.player;
    entry.deck = *call.deck;
    entry.entered_at = clock_.now();
    co_return co_await tournaments_.enter(call.tournament, std::move(entry), by);
}

// What was won at the table is not lost by leaving before the referee has come by. Errors: TournamentErrc, unavailable
// (no referee came), those of the stores.
AsyncResult<void> MatchDaemon::leave_tournament(const protocol::PlayerTournamentRequest& call, Deadline by)
{
    for (;;) {
        const Result<Tournament> tournament = co_await tournaments_.get(call.tournament, by);
        if (!tournament) co_return tournament.error();
        const auto open = std::ranges::find_if(tournament->pairings, [&](const TournamentPairing& each) {
            return each.seats.outcome == game::tournament::Outcome::open && each.seats.has(call.player);
        });
        if (tournament->state != protocol::TournamentState::running || open == tournament->pairings.end()) break;
        const Result<harvest::Match> match = co_await matches_.get(match_of(tournament->id, *open), by);
        if (!match && match.error() != Errc::not_found) co_return match.error();
        if (!match || match->state != MatchState::ended || clock_.now() > match->ended_at + referee_wait) break;
        const Deadline next = clock_.after(between_looks);
        if (next.at >= by.at) co_return Errc::unavailable;
        const Result<void> slept = co_await clock_.sleep_until(next);
        if (!slept) co_return slept.error();
    }
    co_return co_await tournaments_.drop(call.tournament, call.player, clock_.now(), by);
}

AsyncResult<std::string> MatchDaemon::tell_tournament(const protocol::PlayerTournamentRequest& call, Deadline by)
{
    const Result<Tournament> tournament = co_await tournaments_.get(call.tournament, by);
    if (!tournament) co_return tournament.error();
    protocol::TournamentDetail detail;
    detail.tournament = info_of(*tournament, call.player);
    if (tournament->state == protocol::TournamentState::running)
        detail.round_until = time_if_any(tournament->round_until);
    for (const TournamentEntry& entry : tournament->entries)
        if (entry.player == call.player) detail.deck = entry.deck;
    std::map<PlayerId, std::string> names;
    for (const TournamentEntry& entry : tournament->entries) names[entry.player] = entry.name;
    for (const game::tournament::Standing& each : game::tournament::standings(field_of(*tournament)))
        detail.standings.emplace_back(shown_player(each)).name = names[each.player];
    detail.pairings = tables_of(*tournament);
    detail.prizes = prizes_of(*tournament);
    co_return protocol::encode(detail);
}

} // namespace harvest::match
