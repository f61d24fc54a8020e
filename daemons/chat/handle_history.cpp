// Rpc "history" (chat.history): what was said before, newest first, for those who may listen.
#include "daemons/chat/announce.hpp"
#include "daemons/chat/chat.hpp"

namespace harvest::chat {
namespace {

constexpr std::int64_t usual = 50, most_messages = 100;

} // namespace

AsyncResult<std::string> Chat::handle_history(std::string body, Deadline by)
{
    const auto call = protocol::decode<protocol::PlayerHistoryRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const std::int64_t before = call->request.before.value_or(0);
    const std::int64_t limit = call->request.limit.value_or(usual);
    if (before < 0 || limit < 1 || limit > most_messages) co_return Errc::invalid_argument;
    const Result<Channel> channel = parse_channel(call->request.channel, call->player);
    if (!channel) co_return channel.error();
    const Result<std::vector<PlayerId>> players = co_await audience(*channel, call->player);
    if (!players) co_return players.error();
    const Result<std::vector<ChatMessage>> messages =
        co_await store_.history(channel->kept, before, static_cast<std::size_t>(limit), by);
    if (!messages) co_return messages.error();
    protocol::ChatHistoryReply reply;
    for (const ChatMessage& message : *messages) reply.messages.push_back(entry_of(message));
    co_return protocol::encode(reply);
}

} // namespace harvest::chat
