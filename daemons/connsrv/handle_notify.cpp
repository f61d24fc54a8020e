// notify.list, notify.read: what /v1/notifications does, over a live link.
#include "common/runtime/notifications.hpp"
#include "daemons/connsrv/connsrv.hpp"

namespace harvest::connsrv {

Task<Reply> Connsrv::handle_notify_list(Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    const Result<protocol::NotifyListRequest> data = read_data<protocol::NotifyListRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    const Result<protocol::NotificationList> list =
        co_await list_notifications(social_, std::move(caller.player), data->cursor, by);
    if (!list) co_return list.error();
    co_return Reply(protocol::encode(*list));
}

Task<Reply> Connsrv::handle_notify_read(Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    const Result<protocol::ReadRequest> data = read_data<protocol::ReadRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    const Result<protocol::ReadReply> read =
        co_await read_notifications(social_, std::move(caller.player), data->up_to, by);
    if (!read) co_return read.error();
    co_return Reply(protocol::encode(*read));
}

} // namespace harvest::connsrv
