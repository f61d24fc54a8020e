#include "common/adapters/sql/chat_store.hpp"

#include "common/adapters/sql/living.hpp"
#include "common/adapters/sql/outbox.hpp"

#include <algorithm>
#include <limits>

namespace harvest::sql {
namespace {

#define CHAT_COLUMNS "id, channel, seq, author, author_name, body, at, edited_at, deleted_at"

constexpr std::int64_t refusals_kept = 1'000; // of one author; what was read and not committed is far less

ChatMessage to_message(const Row& row)
{
    return {MessageId{row.text(0)},
            row.text(1),
            row.integer(2),
            PlayerId{row.text(3)},
            row.text(4),
            row.text(5),
            Millis{row.integer(6)},
            Millis{row.integer(7)},
            Millis{row.integer(8)}};
}

Result<ChatMessage> stored_message(Connection& connection, const MessageId& message)
{
    const Result<Rows> rows =
        connection.execute("SELECT " CHAT_COLUMNS " FROM chat_messages WHERE id = $1", {message.value});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    return to_message(rows->front());
}

Result<ChatMessage> announced(Connection& connection, ChatMessage stored, const ChatStore::Announce& announce)
{
    const OutboxEvent event = announce(stored);
    const Result<void> published = append_event(connection, event.topic, event.event);
    if (!published) return published.error();
    return stored;
}

// Never back. Of no player who was deleted or has left the group meanwhile.
Result<void> set_mark(Connection& connection, const PlayerId& player, const std::string& channel, std::int64_t read)
{
    const Result<Rows> set = connection.execute(
        "INSERT INTO chat_marks (player, channel, read_up_to) SELECT $1, $2, $3 "
        "WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = $1 AND deleted_at <> 0) AND ($2 NOT LIKE 'group:%' "
        "OR EXISTS (SELECT 1 FROM group_members WHERE player = $1 AND 'group:' || group_id = $2)) "
        "ON CONFLICT (player, channel) DO UPDATE SET read_up_to = excluded.read_up_to "
        "WHERE chat_marks.read_up_to < excluded.read_up_to",
        {player.value, channel, read});
    if (!set) return set.error();
    return {};
}

// What the author says, it has read.
Result<void> set_marks(Connection& connection, const ChatMessage& stored, const std::vector<PlayerId>& readers)
{
    for (const PlayerId& reader : readers) {
        const Result<void> set = set_mark(connection, reader, stored.channel, reader == stored.author ? stored.seq : 0);
        if (!set) return set.error();
    }
    return {};
}

Result<std::int64_t> next_number(Connection& connection, const std::string& channel)
{
    const Result<Rows> seq = connection.execute(
        "INSERT INTO chat_channels (channel, last_seq) VALUES ($1, 1) "
        "ON CONFLICT (channel) DO UPDATE SET last_seq = chat_channels.last_seq + 1 RETURNING last_seq",
        {channel});
    if (!seq) return seq.error();
    return seq->front().integer(0);
}

Result<void> insert_message(Connection& connection, const ChatMessage& message)
{
    const Result<Rows> kept =
        connection.execute("INSERT INTO chat_messages (" CHAT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
                           {message.id.value, message.channel, message.seq, message.author.value, message.author_name,
                            message.text, message.at.count(), message.deleted_at.count()});
    if (!kept) return kept.error();
    return {};
}

Result<ChatMessage> post_message(Connection& connection, const ChatMessage& message,
                                 const std::vector<PlayerId>& readers, const ChatStore::Announce& announce)
{
    if (message.id.empty() || message.channel.empty()) return Errc::invalid_argument;
    Result<ChatMessage> before = stored_message(connection, message.id);
    if (before || before.error() != Errc::not_found) return before;
    const Result<void> present = check_living(connection, message.author);
    if (!present) return present.error();
    const Result<std::int64_t> seq = next_number(connection, message.channel);
    if (!seq) return seq.error();
    ChatMessage stored = message;
    stored.seq = *seq;
    stored.edited_at = stored.deleted_at = Millis{};
    const Result<void> kept = insert_message(connection, stored);
    if (!kept) return kept.error();
    const Result<void> marked = set_marks(connection, stored, readers);
    if (!marked) return marked.error();
    return announced(connection, std::move(stored), announce);
}

// Kept as a message that was taken back, in a channel that nobody can name.
Result<void> refuse_message(Connection& connection, const MessageId& id, const PlayerId& author, Millis at,
                            const OutboxEvent& told)
{
    if (id.empty() || author.empty()) return Errc::invalid_argument;
    const Result<ChatMessage> before = stored_message(connection, id);
    if (before) return {};
    if (before.error() != Errc::not_found) return before.error();
    const Result<void> present = check_living(connection, author);
    if (!present) return present.error();
    ChatMessage refused;
    refused.id = id;
    refused.channel = "refused:" + author.value;
    refused.author = author;
    refused.at = refused.deleted_at = at;
    const Result<std::int64_t> seq = next_number(connection, refused.channel);
    if (!seq) return seq.error();
    refused.seq = *seq;
    const Result<void> kept = insert_message(connection, refused);
    if (!kept) return kept.error();
    const Result<Rows> forgotten = connection.execute("DELETE FROM chat_messages WHERE channel = $1 AND seq <= $2",
                                                      {refused.channel, refused.seq - refusals_kept});
    if (!forgotten) return forgotten.error();
    return append_event(connection, told.topic, told.event);
}

Result<ChatMessage> edit_message(Connection& connection, const MessageId& id, const std::string& text, Millis at,
                                 const ChatStore::Announce& announce)
{
    Result<ChatMessage> stored = stored_message(connection, id);
    if (!stored) return stored;
    if (stored->deleted_at != Millis{}) return Errc::not_found;
    if (stored->text == text) return stored;
    // Under a condition, since of two who change it at once the second must see what the first did.
    const Result<Rows> set = connection.execute(
        "UPDATE chat_messages SET body = $2, edited_at = $3 WHERE id = $1 AND deleted_at = 0 RETURNING seq",
        {id.value, text, at.count()});
    if (!set) return set.error();
    if (set->empty()) return Errc::not_found;
    stored->text = text;
    stored->edited_at = at;
    return announced(connection, std::move(*stored), announce);
}

Result<ChatMessage> take_message_back(Connection& connection, const MessageId& id, Millis at,
                                      const ChatStore::Announce& announce)
{
    const Result<Rows> set = connection.execute(
        "UPDATE chat_messages SET body = '', deleted_at = $2 WHERE id = $1 AND deleted_at = 0 RETURNING seq",
        {id.value, at.count()});
    if (!set) return set.error();
    Result<ChatMessage> stored = stored_message(connection, id);
    if (!stored || set->empty()) return stored;
    return announced(connection, std::move(*stored), announce);
}

Result<ChatMark> mark(Connection& connection, const PlayerId& player, const std::string& channel, std::int64_t number)
{
    const Result<Rows> last = connection.execute("SELECT last_seq FROM chat_channels WHERE channel = $1", {channel});
    if (!last) return last.error();
    if (last->empty()) return ChatMark{channel, 0, 0}; // nothing was said, nothing is to be kept
    const std::int64_t newest = last->front().integer(0);
    const Result<void> set = set_mark(connection, player, channel, std::min(number, newest));
    if (!set) return set.error();
    const Result<Rows> read = connection.execute("SELECT read_up_to FROM chat_marks WHERE player = $1 AND channel = $2",
                                                 {player.value, channel});
    if (!read) return read.error();
    return ChatMark{channel, newest, read->empty() ? 0 : read->front().integer(0)};
}

} // namespace

AsyncResult<ChatMessage> SqlChatStore::post(ChatMessage message, std::vector<PlayerId> readers, Announce announce,
                                            Deadline by)
{
    return write<ChatMessage>(
        database_,
        [message = std::move(message), readers = std::move(readers), announce = std::move(announce)](
            Connection& connection) { return post_message(connection, message, readers, announce); },
        by);
}

AsyncResult<void> SqlChatStore::refuse(MessageId message, PlayerId author, Millis at, OutboxEvent told, Deadline by)
{
    return write<void>(
        database_,
        [message = std::move(message), author = std::move(author), at, told = std::move(told)](Connection& connection) {
            return refuse_message(connection, message, author, at, told);
        },
        by);
}

AsyncResult<ChatMessage> SqlChatStore::edit(MessageId message, std::string text, Millis at, Announce announce,
                                            Deadline by)
{
    return write<ChatMessage>(
        database_,
        [message = std::move(message), text = std::move(text), at, announce = std::move(announce)](
            Connection& connection) { return edit_message(connection, message, text, at, announce); },
        by);
}

AsyncResult<ChatMessage> SqlChatStore::take_back(MessageId message, Millis at, Announce announce, Deadline by)
{
    return write<ChatMessage>(
        database_,
        [message = std::move(message), at, announce = std::move(announce)](Connection& connection) {
            return take_message_back(connection, message, at, announce);
        },
        by);
}

AsyncResult<ChatMessage> SqlChatStore::get(MessageId message, Deadline by)
{
    return read<ChatMessage>(
        database_,
        [message = std::move(message)](Connection& connection) { return stored_message(connection, message); }, by);
}

AsyncResult<std::vector<ChatMessage>> SqlChatStore::history(std::string channel, std::int64_t before, std::size_t limit,
                                                            Deadline by)
{
    const std::int64_t below = before > 0 ? before : std::numeric_limits<std::int64_t>::max();
    return read<std::vector<ChatMessage>>(
        database_,
        [channel = std::move(channel), below, limit](Connection& connection) -> Result<std::vector<ChatMessage>> {
            const Result<Rows> rows = connection.execute(
                "SELECT " CHAT_COLUMNS " FROM chat_messages WHERE channel = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
                {channel, below, static_cast<std::int64_t>(limit)});
            if (!rows) return rows.error();
            std::vector<ChatMessage> messages;
            for (const Row& row : *rows) messages.push_back(to_message(row));
            return messages;
        },
        by);
}

AsyncResult<ChatMark> SqlChatStore::mark_read(PlayerId player, std::string channel, std::int64_t number, Deadline by)
{
    return write<ChatMark>(
        database_,
        [player = std::move(player), channel = std::move(channel), number](Connection& connection) {
            return mark(connection, player, channel, number);
        },
        by);
}

AsyncResult<std::vector<ChatMark>> SqlChatStore::unread(PlayerId player, std::size_t limit, Deadline by)
{
    return read<std::vector<ChatMark>>(
        database_,
        [player = std::move(player), limit](Connection& connection) -> Result<std::vector<ChatMark>> {
            const Result<Rows> rows = connection.execute(
                "SELECT chat_marks.channel, last_seq, read_up_to FROM chat_marks JOIN chat_channels "
                "ON chat_channels.channel = chat_marks.channel WHERE player = $1 AND read_up_to < last_seq "
                "ORDER BY chat_marks.channel LIMIT $2",
                {player.value, static_cast<std::int64_t>(limit)});
            if (!rows) return rows.error();
            std::vector<ChatMark> marks;
            for (const Row& row : *rows) marks.push_back({row.text(0), row.integer(1), row.integer(2)});
            return marks;
        },
        by);
}

} // namespace harvest::sql
