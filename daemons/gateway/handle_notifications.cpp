// /v1/notifications: what a player was told, the newest first.
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/query.hpp"

#include <charconv>

namespace harvest::gateway {
namespace {

constexpr std::size_t notifications_a_page = 50;

// A number as we give them out. Errors: invalid_argument.
Result<std::int64_t> read_number(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size() || number < 1) return Errc::invalid_argument;
    return number;
}

} // namespace

Task<HttpResponse> handle_notification_list(Social& social, const Call& call)
{
    const Result<std::vector<std::string>> query = read_query(call.request.query, {"cursor"});
    if (!query) co_return problem(call, query.error(), "query: cursor is known");
    std::int64_t before = 0;
    if (const std::string& cursor = query->at(0); !cursor.empty()) {
        const Result<std::int64_t> number = read_number(cursor);
        if (!number) co_return problem(call, number.error(), "query: cursor is not one of ours");
        before = *number;
    }
    Result<NotificationPage> page =
        co_await social.notifications(call.who.player, before, notifications_a_page + 1, call.by);
    if (!page) co_return problem(call, page.error());
    protocol::NotificationList list;
    list.unread = page->unread;
    if (page->items.size() > notifications_a_page) {
        page->items.resize(notifications_a_page);
        list.next_cursor = page->items.back().number;
    }
    for (const Notification& each : page->items) list.items.push_back(show_notification(each));
    co_return reply(list);
}

Task<HttpResponse> handle_notification_read(Social& social, const Call& call)
{
    std::string why;
    const Result<protocol::ReadRequest> body = read_body<protocol::ReadRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    if (body->up_to < 1) co_return problem(call, make_error_code(Errc::invalid_argument), "up_to: is less than 1");
    const Result<std::int64_t> unread = co_await social.read_notifications(call.who.player, body->up_to, call.by);
    if (!unread) co_return problem(call, unread.error());
    co_return reply(protocol::ReadReply{*unread});
}

} // namespace harvest::gateway
