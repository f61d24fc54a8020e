// Rpc "watch" (match.watch): a ticket for the gallery of a match that is being played.
#include "common/protocol/spectate.hpp"
#include "daemons/match/errc.hpp"
#include "daemons/match/match.hpp"

#include <algorithm>

namespace harvest::match {

AsyncResult<std::string> MatchDaemon::handle_watch(std::string body, Deadline by)
{
    const auto call = protocol::decode<protocol::PlayerWatchRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const bool judge = std::ranges::find(config_.judges, call->player.value) != config_.judges.end();
    if (!config_.watching && !judge) co_return MatchErrc::no_watching;
    const Result<harvest::Match> match = co_await matches_.get(call->match, by);
    if (!match) co_return match.error();
    for (const MatchSeat& seat : match->seats)
        if (seat.player == call->player) co_return MatchErrc::own_match;
    if (match->state != MatchState::playing) co_return MatchErrc::not_played;
    const Result<Allocation> home = co_await allocator_.allocate(match->id, by);
    if (!home) co_return home.error();

    protocol::SignTicketRequest wish;
    wish.player = call->player;
    wish.match = match->id;
    wish.instance = home->instance;
    if (judge) wish.judge = true;
    Result<std::string> ticket = co_await sign(std::move(wish), by);
    if (!ticket) co_return ticket.error();

    protocol::WatchReply reply;
    reply.match = match->id;
    reply.mode = match->mode;
    for (const MatchSeat& seat : match->seats) reply.players.push_back({seat.name, !seat.bot.empty()});
    reply.judge = judge;
    for (const Endpoint& endpoint : home->endpoints)
        reply.endpoints.push_back({endpoint.transport, endpoint.host, endpoint.port, endpoint.fingerprint});
    reply.ticket = std::move(*ticket);
    co_return protocol::encode(reply);
}

} // namespace harvest::match
