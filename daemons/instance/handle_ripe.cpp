// Push farm.ripe: to every connsrv that has a session of the player; who is away sees it in the farm.
#include "common/protocol/session.hpp"
#include "daemons/instance/instance.hpp"

namespace harvest::instance {

Task<void> Instance::tell_ripe(Ripened ripe)
{
    const Result<std::vector<PlayerPresence>> present = co_await presence_.find(ripe.player, store().by());
    if (!present) co_return;
    const protocol::FarmRipe data{ripe.plots};
    protocol::PushRequest message;
    message.player = ripe.player;
    message.op = "farm.ripe";
    message.data.text = protocol::encode(data);
    std::set<std::string> told;
    for (const PlayerPresence& where : *present) {
        if (!told.insert(where.connsrv).second) continue;
        RpcRequest call;
        call.daemon = "connsrv";
        call.id = where.connsrv;
        call.method = "push";
        call.body = protocol::encode(message);
        call.by = store().by();
        (void)co_await rpc_.call(std::move(call));
    }
}

Task<void> Instance::ripe_loop()
{
    for (bool go_on = true; go_on; go_on = co_await pause(500ms)) {
        std::vector<Ripened> ripe = farm_desk_.take_ripe();
        for (Ripened& each : ripe) co_await tell_ripe(std::move(each));
    }
}

} // namespace harvest::instance
