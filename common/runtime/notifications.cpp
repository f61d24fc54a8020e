#include "common/runtime/notifications.hpp"

#include "common/ports/records/market.hpp"

namespace harvest {
namespace {

constexpr std::size_t notifications_a_page = 50;

} // namespace

protocol::NotificationInfo show_notification(const Notification& notification)
{
    protocol::NotificationInfo info{notification.number, notification.kind,           notification.about,
                                    notification.name,   to_rfc3339(notification.at), notification.read};
    if (notification.order) info.order = order_info(*notification.order);
    return info;
}

AsyncResult<protocol::NotificationList> list_notifications(Social& social, PlayerId player,
                                                           std::optional<std::int64_t> cursor, Deadline by)
{
    if (cursor && *cursor < 1) co_return Errc::invalid_argument;
    // One more than is shown tells whether there are others.
    Result<NotificationPage> page =
        co_await social.notifications(std::move(player), cursor.value_or(0), notifications_a_page + 1, by);
    if (!page) co_return page.error();
    protocol::NotificationList list;
    list.unread = page->unread;
    if (page->items.size() > notifications_a_page) {
        page->items.resize(notifications_a_page);
        list.next_cursor = page->items.back().number;
    }
    for (const Notification& each : page->items) list.items.push_back(show_notification(each));
    co_return list;
}

AsyncResult<protocol::ReadReply> read_notifications(Social& social, PlayerId player, std::int64_t up_to, Deadline by)
{
    if (up_to < 1) co_return Errc::invalid_argument;
    const Result<std::int64_t> unread = co_await social.read_notifications(std::move(player), up_to, by);
    if (!unread) co_return unread.error();
    protocol::ReadReply reply;
    reply.unread = *unread;
    co_return reply;
}

} // namespace harvest
