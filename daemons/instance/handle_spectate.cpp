// spectate.join: a ticket without a seat opens the gallery of one match (harvest-game(7) §5).
#include "daemons/instance/desk.hpp"

namespace harvest::instance {

void Desk::handle_spectate(Peer& peer, const protocol::LiveRequest& request, bool keys_are_fresh)
{
    if (!may_enter(peer, request, keys_are_fresh)) return;
    std::string why;
    const auto asked = protocol::decode<protocol::SpectateRequest>(request.data.text, &why);
    if (!asked) return fault(peer, request.id, asked.error(), why);
    const std::optional<TicketClaims> ticket = read_ticket(peer, request, asked->ticket, keys_are_fresh);
    if (!ticket) return;
    if (ticket->seat != 0) return fault(peer, request.id, Errc::unauthenticated);
    Table* table = tables_.find(ticket->match);
    if (!table) return fault(peer, request.id, InstanceErrc::not_here);

    LinkId replaced = 0;
    const Gallery::Visitor visitor{peer.id, ticket->player, ticket->judge};
    const Result<protocol::SpectateReply> entered = table->gallery.enter(visitor, table->room, replaced);
    if (!entered) return refuse(peer, request.id, entered.error());
    peer.link->known(peer.id);
    if (const auto old = peers_.find(replaced); old != peers_.end())
        old->second.link->close(replaced, CloseReason::replaced, "the place has a newer link");
    peer.match = ticket->match;
    peer.watches = true;
    peer.link->send(peer.id, protocol::encode_reply(request.id, protocol::encode(*entered)));
    if (table->settled) peer.link->send(peer.id, table->gallery.last_word());
}

void Desk::tell(const Gallery::Tell& tell)
{
    for (const LinkId link : tell.links) {
        const auto found = peers_.find(link);
        if (found != peers_.end()) found->second.link->send(link, tell.bytes);
    }
}

void Desk::show(Table& table)
{
    for (const Gallery::Tell& each : table.gallery.follow(table.room)) tell(each);
}

void Desk::show_end(Table& table, const protocol::BattleEnd& end)
{
    tell(table.gallery.settled(end));
}

} // namespace harvest::instance
