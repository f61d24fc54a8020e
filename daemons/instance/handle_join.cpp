// battle.join and battle.resume: a ticket opens one seat of one match; a wrong one never disturbs who sits there.
#include "daemons/instance/desk.hpp"

namespace harvest::instance {

// Once for each message: it may be tried again when the keys have come.
bool Desk::may_enter(Peer& peer, const protocol::LiveRequest& request, bool keys_are_fresh)
{
    if (!keys_are_fresh && !admit_join(peer, request)) return false;
    if (peer.match.empty()) return true;
    fault(peer, request.id, InstanceErrc::already_joined);
    return false;
}

std::optional<TicketClaims> Desk::read_ticket(Peer& peer, const protocol::LiveRequest& request,
                                              const std::string& ticket, bool keys_are_fresh)
{
    const Result<TicketClaims> claims = verifier_.ticket(ticket, instance_, clock_.now());
    if (claims && !bars_.bars(claims->player, claims->issued_at)) {
        peer.player = claims->player;
        peer.ticket_at = claims->issued_at;
        return *claims;
    }
    if (!claims && claims.error() == Errc::not_found && !keys_are_fresh) {
        peer.waits_for_keys = request;
        hooks_.need_keys();
    } else {
        fault(peer, request.id, Errc::unauthenticated);
    }
    return std::nullopt;
}

void Desk::handle_join(Peer& peer, const protocol::LiveRequest& request, bool must_resume, bool keys_are_fresh)
{
    if (!may_enter(peer, request, keys_are_fresh)) return;
    std::string why;
    const auto asked = protocol::decode<protocol::JoinRequest>(request.data.text, &why);
    if (!asked) return fault(peer, request.id, asked.error(), why);
    const std::optional<TicketClaims> ticket = read_ticket(peer, request, asked->ticket, keys_are_fresh);
    if (!ticket) return;
    if (ticket->seat < 1 || ticket->seat > 2) return fault(peer, request.id, Errc::unauthenticated);
    const auto seat = static_cast<SeatIndex>(ticket->seat - 1);
    Table* table = tables_.find(ticket->match);
    if (!table) return fault(peer, request.id, InstanceErrc::not_here);
    if (table->room.match().seats[seat].player != ticket->player || table->room.is_bot(seat))
        return fault(peer, request.id, Errc::unauthenticated);
    if (must_resume && (!asked->last_seq || !table->room.can_resume(seat, *asked->last_seq)))
        return refuse(peer, request.id, InstanceErrc::cannot_resume);

    sit(peer, *table, seat);
    Effects effects;
    const protocol::JoinReply reply =
        table->room.join(seat, asked->last_seq, asked->views.value_or(true), clock_.monotonic(), effects);
    peer.link->send(peer.id, protocol::encode_reply(request.id, protocol::encode(reply)));
    hooks_.touched(*table, std::move(effects));
}

void Desk::sit(Peer& peer, Table& table, SeatIndex seat)
{
    peer.link->known(peer.id);
    const LinkId before = std::exchange(table.links[seat], peer.id);
    const auto old = peers_.find(before);
    if (old != peers_.end()) old->second.link->close(before, CloseReason::replaced, "the seat has a newer link");
    peer.match = table.room.match().id;
    peer.seat = seat;
    table.answers[seat].new_link();
    for (Held& held : table.held)
        if (held.seat == seat) held.request.id = 0; // it came by a link that counted for itself
}

void Desk::keys_fetched()
{
    std::vector<LinkId> waiting;
    for (const auto& [id, peer] : peers_)
        if (peer.waits_for_keys) waiting.push_back(id);
    std::sort(waiting.begin(), waiting.end());
    for (const LinkId id : waiting) {
        const auto found = peers_.find(id);
        if (found == peers_.end()) continue;
        const protocol::LiveRequest request = *std::exchange(found->second.waits_for_keys, std::nullopt);
        if (request.op == "spectate.join") {
            handle_spectate(found->second, request, true);
        } else {
            handle_join(found->second, request, request.op == "battle.resume", true);
        }
    }
}

} // namespace harvest::instance
