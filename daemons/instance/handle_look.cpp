// battle.state and battle.emote: what changes nothing.
#include "daemons/instance/desk.hpp"

#include <algorithm>
#include <array>

namespace harvest::instance {
namespace {

constexpr std::array<std::string_view, 6> emotes{"hello", "thanks", "well_played", "oops", "wow", "hurry"};

}

void Desk::handle_state(Peer& peer, Table& table, const protocol::LiveRequest& request)
{
    const protocol::StateReply reply = table.room.state(peer.seat, clock_.monotonic());
    peer.link->send(peer.id, protocol::encode_reply(request.id, protocol::encode(reply)));
}

void Desk::handle_emote(Peer& peer, Table& table, const protocol::LiveRequest& request)
{
    std::string why;
    const auto asked = protocol::decode<protocol::EmoteRequest>(request.data.text, &why);
    if (!asked) return fault(peer, request.id, asked.error(), why);
    if (std::find(emotes.begin(), emotes.end(), asked->emote) == emotes.end())
        return fault(peer, request.id, Errc::invalid_argument,
                     "emote: is not one of hello thanks well_played oops wow hurry");
    peer.link->send(peer.id, protocol::encode_reply(request.id, "{}"));
    Effects effects;
    table.room.emote(peer.seat, asked->emote, effects);
    hooks_.touched(table, std::move(effects));
}

} // namespace harvest::instance
