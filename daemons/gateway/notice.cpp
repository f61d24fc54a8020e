#include "daemons/gateway/notice.hpp"

#include "common/runtime/notifications.hpp"
#include "common/runtime/player_push.hpp"

namespace harvest::gateway {

SocialOrder make_order(const Call& call, const Notice& notice, PlayerId other)
{
    SocialOrder order;
    order.player = call.who.player;
    order.other = std::move(other);
    order.at = notice.clock.now();
    order.event = new_id<EventId>(notice.clock, notice.entropy);
    order.source = notice.source;
    order.traceparent = call.trace.traceparent;
    return order;
}

Task<void> push_notification(Notice notice, PlayerId player, Notification notification)
{
    return push_to_player(notice.presence, notice.rpc, notice.clock, std::move(player), "notify.new",
                          protocol::encode(show_notification(notification)));
}

} // namespace harvest::gateway
