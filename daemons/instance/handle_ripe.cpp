// Push farm.ripe; who is away sees it in the farm.
#include "common/protocol/farm.hpp"
#include "common/runtime/player_push.hpp"
#include "daemons/instance/instance.hpp"

namespace harvest::instance {

Task<void> Instance::tell_ripe(Ripened ripe)
{
    const protocol::FarmRipe data{ripe.plots};
    return push_to_player(presence_, rpc_, clock_, std::move(ripe.player), "farm.ripe", protocol::encode(data));
}

Task<void> Instance::ripe_loop()
{
    for (bool go_on = true; go_on; go_on = co_await pause(500ms)) {
        std::vector<Ripened> ripe = farm_desk_.take_ripe();
        for (Ripened& each : ripe) co_await tell_ripe(std::move(each));
    }
}

} // namespace harvest::instance
