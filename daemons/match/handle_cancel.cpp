// Rpc "cancel" (match.cancel): the store decides whether the ticket or the match came first.
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/errc.hpp"
#include "daemons/match/match.hpp"

namespace harvest::match {

AsyncResult<std::string> MatchDaemon::handle_cancel(std::string body, Deadline by)
{
    const auto call = protocol::decode<protocol::PlayerRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    TicketId ticket;
    std::string mode;
    if (const Seeker* waiting = queue_.of(call->player)) {
        ticket = waiting->ticket;
        mode = waiting->mode;
    } else {
        const Result<MatchTicket> stored = co_await matches_.ticket(call->player, by);
        if (!stored && stored.error() != Errc::not_found) co_return stored.error();
        if (stored) ticket = stored->id;
        if (stored) mode = stored->mode;
    }
    if (!ticket.empty()) {
        const Result<void> gone = co_await matches_.unqueue(ticket, by);
        if (gone || gone.error() == Errc::not_found) forget(ticket);
        if (gone) {
            if (mode == protocol::challenge_mode) party_happened(call->player, protocol::party_reason::not_ready);
            co_return std::string("{}");
        }
        if (gone.error() != Errc::not_found) { // perhaps it is gone: nobody is paired by it until that is known
            if (std::optional<Seeker> held = queue_.remove(ticket)) suspect(std::move(*held));
            co_return gone.error();
        }
    }
    const Result<harvest::Match> current = co_await matches_.current(call->player, by);
    if (current) co_return MatchErrc::in_match;
    co_return current.error() == Errc::not_found ? make_error_code(MatchErrc::not_queued) : current.error();
}

} // namespace harvest::match
