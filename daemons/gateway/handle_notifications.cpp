// /v1/notifications: what a player was told, the newest first.
#include "common/runtime/notifications.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/query.hpp"

#include <charconv>

namespace harvest::gateway {
namespace {

constexpr std::string_view bad_cursor = "query: cursor is not one of ours", bad_number = "up_to: is less than 1";

// What to say beside the code: stores have no say about a client's numbers.
std::string_view why(const Error& error, std::string_view refused)
{
    return error == Errc::invalid_argument ? refused : std::string_view{};
}

} // namespace

Task<HttpResponse> handle_notification_list(Social& social, const Call& call)
{
    const Result<std::vector<std::string>> query = read_query(call.request.query, {"cursor"});
    if (!query) co_return problem(call, query.error(), "query: cursor is known");
    std::optional<std::int64_t> cursor;
    if (const std::string& text = query->at(0); !text.empty()) {
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), cursor.emplace());
        if (fault != std::errc() || end != text.data() + text.size())
            co_return problem(call, make_error_code(Errc::invalid_argument), bad_cursor);
    }
    const Result<protocol::NotificationList> list =
        co_await list_notifications(social, call.who.player, cursor, call.by);
    if (!list) co_return problem(call, list.error(), why(list.error(), bad_cursor));
    co_return reply(*list);
}

Task<HttpResponse> handle_notification_read(Social& social, const Call& call)
{
    std::string fault;
    const Result<protocol::ReadRequest> body = read_body<protocol::ReadRequest>(call, fault);
    if (!body) co_return problem(call, body.error(), fault);
    const Result<protocol::ReadReply> read = co_await read_notifications(social, call.who.player, body->up_to, call.by);
    if (!read) co_return problem(call, read.error(), why(read.error(), bad_number));
    co_return reply(*read);
}

} // namespace harvest::gateway
