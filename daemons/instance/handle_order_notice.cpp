// Push notify.new to owners of orders that were filled or have expired; who is away finds it among the notifications.
#include "common/runtime/notifications.hpp"
#include "common/runtime/player_push.hpp"
#include "daemons/instance/instance.hpp"

namespace harvest::instance {

Task<void> Instance::tell_order(OrderNotice notice)
{
    return push_to_player(presence_, rpc_, clock_, std::move(notice.player), "notify.new",
                          protocol::encode(show_notification(notice.notification)));
}

Task<void> Instance::order_notice_loop()
{
    for (bool go_on = true; go_on; go_on = co_await pause(200ms)) {
        std::vector<OrderNotice> told = market_desk_.take_told();
        for (OrderNotice& each : told) co_await tell_order(std::move(each));
    }
}

} // namespace harvest::instance
