#include "common/runtime/player_push.hpp"

#include "common/protocol/session.hpp"

#include <set>

namespace harvest {
namespace {

constexpr Millis patience = 2s;

} // namespace

Task<void> push_to_player(Presence& presence, Rpc& rpc, const Clock& clock, PlayerId player, std::string op,
                          std::string data)
{
    const Result<std::vector<PlayerPresence>> present = co_await presence.find(player, clock.after(patience));
    if (!present) co_return;
    protocol::PushRequest message;
    message.player = std::move(player);
    message.op = std::move(op);
    message.data.text = std::move(data);
    const std::string body = protocol::encode(message);
    std::set<std::string> told;
    for (const PlayerPresence& where : *present) {
        if (!told.insert(where.connsrv).second) continue;
        RpcRequest call;
        call.daemon = "connsrv";
        call.id = where.connsrv;
        call.method = "push";
        call.body = body;
        call.by = clock.after(patience);
        (void)co_await rpc.call(std::move(call));
    }
}

} // namespace harvest
