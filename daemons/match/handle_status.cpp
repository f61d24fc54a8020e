// Rpc "status" (match.status): idle, queued, or in a match, with a fresh ticket for it.
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/found.hpp"
#include "daemons/match/match.hpp"

namespace harvest::match {

AsyncResult<std::string> MatchDaemon::handle_status(std::string body, Deadline by)
{
    const auto call = protocol::decode<protocol::PlayerRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    protocol::StatusReply reply;
    reply.state = "idle";
    if (const Party* party = parties_.of(call->player)) reply.party = show(*party);
    // The store first: another slot may have made a match of a ticket that we still hold.
    const Result<harvest::Match> match = co_await matches_.current(call->player, by);
    if (!match && match.error() != Errc::not_found) co_return match.error();
    if (!match) {
        const Result<MatchTicket> stored = co_await matches_.ticket(call->player, by);
        if (!stored && stored.error() != Errc::not_found) co_return stored.error();
        if (stored) {
            reply.state = "queued";
            reply.ticket = stored->id;
            reply.waited_ms = std::max<std::int64_t>(0, (clock_.now() - stored->queued_at).count());
        }
        co_return protocol::encode(reply);
    }
    reply.state = "in_match";
    // Without an instance at the moment it is still in a match: match.found comes when there is one.
    const Result<Allocation> home = co_await allocator_.allocate(match->id, by);
    if (home) {
        const std::size_t place = match->seats[0].player == call->player ? 0 : 1;
        const Result<std::string> ticket = co_await sign(*match, static_cast<int>(place) + 1, home->instance, by);
        if (!ticket) co_return ticket.error();
        reply.found = found_for(*match, place, *home, *ticket);
    } else {
        awaited_.insert(match->id);
    }
    co_return protocol::encode(reply);
}

} // namespace harvest::match
