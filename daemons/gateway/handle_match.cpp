#include "common/protocol/account.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {
namespace {

protocol::MatchInfo show_match(const Match& match)
{
    protocol::MatchInfo info;
    info.id = match.id;
    info.mode = match.mode;
    info.state = to_string(match.state);
    for (std::size_t i = 0; i < match.seats.size(); ++i) {
        const MatchSeat& seat = match.seats[i];
        info.players.push_back({static_cast<int>(i) + 1, seat.player, seat.name, seat.farmer, !seat.bot.empty()});
    }
    info.content = match.content_hash;
    info.created_at = to_rfc3339(match.created_at);
    if (match.ended_at > Millis{0}) info.ended_at = to_rfc3339(match.ended_at);
    if (!match.commitment.empty()) info.commitment = match.commitment;
    if (match.result) {
        const MatchResult& result = *match.result;
        info.result =
            protocol::MatchOutcome{result.winner + 1, result.reason, result.turns, result.commands, result.final_hash};
    }
    return info;
}

} // namespace

Task<HttpResponse> handle_match(Matches& matches, const Call& call)
{
    const Result<MatchId> id = path_id<MatchId>(call);
    if (!id) co_return problem(call, id.error());
    const Result<Match> match = co_await matches.get(*id, call.by);
    if (!match) co_return problem(call, match.error());
    // A match that goes on is its players' business.
    const bool over = match->state == MatchState::ended || match->state == MatchState::aborted;
    const bool mine = match->seats[0].player == call.who.player || match->seats[1].player == call.who.player;
    if (!over && !mine) co_return problem(call, make_error_code(Errc::not_found));
    co_return reply(show_match(*match));
}

} // namespace harvest::gateway
