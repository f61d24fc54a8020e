// Rpc "edit" and "delete" (chat.edit, chat.delete): an author changes or takes back what it said.
#include "common/base/fault.hpp"
#include "daemons/chat/announce.hpp"
#include "daemons/chat/chat.hpp"
#include "daemons/chat/errc.hpp"

namespace harvest::chat {

// Errors: no_such_message, not_yours, those of the store.
AsyncResult<ChatMessage> Chat::own_message(const Channel& channel, const PlayerId& player, const MessageId& message,
                                           Deadline by)
{
    Result<ChatMessage> found = co_await store_.get(message, by);
    if (!found && found.error() == Errc::not_found) co_return ChatErrc::no_such_message;
    if (!found) co_return found.error();
    if (found->channel != channel.kept) co_return ChatErrc::no_such_message;
    if (found->author != player) co_return ChatErrc::not_yours;
    co_return found;
}

// What the event log is told of an own message that says `text` from now on. Errors: no_such_message, those of the
// store.
AsyncResult<std::string> Chat::sealed(const ChatMessage& message, std::string text, Deadline by)
{
    protocol::ChatWords words{message.author_name, std::move(text)};
    Result<std::string> closed = co_await seal_.close(message.author, message.id, std::move(words), by);
    if (!closed && closed.error() == Errc::not_found) co_return ChatErrc::no_such_message; // with its author
    co_return closed;
}

AsyncResult<std::string> Chat::handle_edit(std::string body, std::string traceparent, Deadline by)
{
    auto call = protocol::decode<protocol::PlayerEditRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const Result<Channel> channel = parse_channel(call->request.channel, call->player);
    if (!channel) co_return channel.error();
    const Result<ChatMessage> own = co_await own_message(*channel, call->player, call->request.message, by);
    if (!own) co_return own.error();
    if (own->deleted_at != Millis{}) co_return ChatErrc::no_such_message;
    const Millis now = clock_.now();
    if (now - own->at >= config_.edit_window) co_return ChatErrc::too_late;
    if (!within_flood(call->player)) co_return ChatErrc::too_fast;
    std::vector<PlayerId> to;
    Result<std::string> text = co_await admit(*channel, call->player, std::move(call->request.text), to);
    if (!text) co_return text.error();
    Result<std::string> closed = co_await sealed(*own, *text, by);
    if (!closed) co_return closed.error();
    ChatStore::Announce announce = editing(new_event(std::move(traceparent)), std::move(to), std::move(*closed));
    const Result<ChatMessage> edited = co_await store_.edit(own->id, std::move(*text), now, std::move(announce), by);
    if (!edited && edited.error() == Errc::not_found) co_return ChatErrc::no_such_message;
    if (!edited) co_return edited.error();
    co_return protocol::encode(edit_of(*edited));
}

AsyncResult<std::string> Chat::handle_delete(std::string body, std::string traceparent, Deadline by)
{
    const auto call = protocol::decode<protocol::PlayerDeleteRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const Result<Channel> channel = parse_channel(call->request.channel, call->player);
    if (!channel) co_return channel.error();
    const Result<ChatMessage> own = co_await own_message(*channel, call->player, call->request.message, by);
    if (!own) co_return own.error();
    Result<std::vector<PlayerId>> to = co_await audience(*channel, call->player);
    if (!to && is_fault(to.error())) co_return to.error();
    if (!to) to = std::vector<PlayerId>{call->player}; // nobody else is there any more
    ChatStore::Announce announce = taking_back(new_event(std::move(traceparent)), std::move(*to));
    const Result<ChatMessage> gone = co_await store_.take_back(own->id, clock_.now(), std::move(announce), by);
    if (!gone && gone.error() == Errc::not_found) co_return ChatErrc::no_such_message;
    if (!gone) co_return gone.error();
    co_return protocol::encode(deletion_of(*gone));
}

} // namespace harvest::chat
