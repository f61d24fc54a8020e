// Rpc "join" (chat.join): may this player be in that channel, and what is it called.
#include "daemons/chat/chat.hpp"

namespace harvest::chat {

AsyncResult<std::string> Chat::handle_join(std::string body)
{
    const auto call = protocol::decode<protocol::PlayerChatRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const Result<Channel> channel = parse_channel(call->request.channel, call->player);
    if (!channel) co_return channel.error();
    const Result<std::vector<PlayerId>> players = co_await audience(*channel, call->player);
    if (!players) co_return players.error();
    const protocol::ChatJoinReply reply{channel->kept};
    co_return protocol::encode(reply);
}

} // namespace harvest::chat
