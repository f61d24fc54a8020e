// Rpc "read" and "unread" (chat.read, chat.unread): how far a player has read, and where something is left.
#include "common/protocol/matchmaking.hpp"
#include "daemons/chat/chat.hpp"

namespace harvest::chat {
namespace {

constexpr std::size_t most_marks = 100;

protocol::ChatMark told(const ChatMark& mark)
{
    return {mark.channel, mark.last, mark.read, mark.last - mark.read};
}

} // namespace

AsyncResult<std::string> Chat::handle_read(std::string body, Deadline by)
{
    const auto call = protocol::decode<protocol::PlayerReadRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    if (call->request.number < 0) co_return Errc::invalid_argument;
    const Result<Channel> channel = parse_channel(call->request.channel, call->player);
    if (!channel) co_return channel.error();
    const Result<std::vector<PlayerId>> players = co_await audience(*channel, call->player);
    if (!players) co_return players.error();
    const Result<ChatMark> mark = co_await store_.mark_read(call->player, channel->kept, call->request.number, by);
    if (!mark) co_return mark.error();
    co_return protocol::encode(told(*mark));
}

AsyncResult<std::string> Chat::handle_unread(std::string body, Deadline by)
{
    const auto call = protocol::decode<protocol::PlayerRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const Result<std::vector<ChatMark>> marks = co_await store_.unread(call->player, most_marks, by);
    if (!marks) co_return marks.error();
    protocol::ChatUnreadReply reply;
    for (const ChatMark& mark : *marks) reply.channels.push_back(told(mark));
    co_return protocol::encode(reply);
}

} // namespace harvest::chat
