#include "daemons/chat/announce.hpp"

#include "common/protocol/events.hpp"

namespace harvest::chat {
namespace {

void fill(protocol::ChatEntry& entry, const ChatMessage& message)
{
    entry.message = message.id;
    entry.channel = message.channel;
    entry.number = message.seq;
    entry.author = message.author;
    entry.name = message.author_name;
    entry.text = message.text;
    entry.at = to_rfc3339(message.at);
}

void fill(protocol::ChatPosted& posted, const ChatMessage& message, const std::vector<PlayerId>& to,
          const std::string& sealed)
{
    posted.message = message.id;
    posted.channel = message.channel;
    posted.number = message.seq;
    posted.author = message.author;
    posted.sealed = sealed;
    posted.at = to_rfc3339(message.at);
    posted.to = to;
}

OutboxEvent outbox(Event event, std::string_view type, const ChatMessage& stored, Millis at, std::string data)
{
    OutboxEvent out;
    out.topic = protocol::topic::chat;
    out.event = std::move(event);
    out.event.type = type;
    out.event.subject = stored.channel;
    out.event.time = at;
    out.event.data = std::move(data);
    return out;
}

} // namespace

protocol::ChatHistoryEntry entry_of(const ChatMessage& message)
{
    protocol::ChatHistoryEntry entry;
    fill(entry, message);
    if (message.edited_at != Millis{}) entry.edited_at = to_rfc3339(message.edited_at);
    if (message.deleted_at != Millis{}) entry.deleted = true;
    return entry;
}

protocol::ChatEdit edit_of(const ChatMessage& message)
{
    protocol::ChatEdit edit;
    fill(edit, message);
    edit.edited_at = to_rfc3339(message.edited_at);
    return edit;
}

protocol::ChatDeletion deletion_of(const ChatMessage& message)
{
    return {message.id, message.channel, message.seq, to_rfc3339(message.deleted_at)};
}

ChatStore::Announce posting(Event event, std::vector<PlayerId> to, std::string sealed)
{
    return [event = std::move(event), to = std::move(to), sealed = std::move(sealed)](const ChatMessage& stored) {
        protocol::ChatPosted posted;
        fill(posted, stored, to, sealed);
        return outbox(event, protocol::event_type::chat_posted, stored, stored.at, protocol::encode(posted));
    };
}

ChatStore::Announce editing(Event event, std::vector<PlayerId> to, std::string sealed)
{
    return [event = std::move(event), to = std::move(to), sealed = std::move(sealed)](const ChatMessage& stored) {
        protocol::ChatEdited edited;
        fill(edited, stored, to, sealed);
        edited.edited_at = to_rfc3339(stored.edited_at);
        return outbox(event, protocol::event_type::chat_edited, stored, stored.edited_at, protocol::encode(edited));
    };
}

ChatStore::Announce taking_back(Event event, std::vector<PlayerId> to)
{
    return [event = std::move(event), to = std::move(to)](const ChatMessage& stored) {
        protocol::ChatDeleted deleted;
        static_cast<protocol::ChatDeletion&>(deleted) = deletion_of(stored);
        deleted.to = to;
        return outbox(event, protocol::event_type::chat_deleted, stored, stored.deleted_at, protocol::encode(deleted));
    };
}

} // namespace harvest::chat
