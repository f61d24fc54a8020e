// battle.nonce: the seat's part of the match seed, 32 bytes, once.
#include "common/base/encoding.hpp"
#include "daemons/instance/desk.hpp"

namespace harvest::instance {

void Desk::handle_nonce(Peer& peer, Table& table, const protocol::LiveRequest& request)
{
    std::string why;
    const auto asked = protocol::decode<protocol::NonceRequest>(request.data.text, &why);
    if (!asked) return fault(peer, request.id, asked.error(), why);
    const Result<Bytes> bytes = from_hex(asked->nonce);
    battle::Nonce nonce{};
    if (!bytes || bytes->size() != nonce.size())
        return fault(peer, request.id, Errc::invalid_argument, "nonce: must be 32 bytes in hex");
    std::copy(bytes->begin(), bytes->end(), nonce.begin());
    if (const Result<void> taken = table.room.nonce(peer.seat, nonce, clock_.monotonic()); !taken)
        return refuse(peer, request.id, taken.error());
    peer.link->send(peer.id, protocol::encode_reply(request.id, "{}"));
    hooks_.touched(table, {});
}

} // namespace harvest::instance
