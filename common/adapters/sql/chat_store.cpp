#include "common/adapters/sql/chat_store.hpp"

#include "common/adapters/sql/outbox.hpp"

#include <limits>

namespace harvest::sql {
namespace {

#define CHAT_COLUMNS "id, channel, seq, author, author_name, body, at"

ChatMessage to_message(const Row& row)
{
    return {MessageId{row.text(0)}, row.text(1), row.integer(2), PlayerId{row.text(3)}, row.text(4), row.text(5),
            Millis{row.integer(6)}};
}

Result<ChatMessage> post_message(Connection& connection, const ChatMessage& message,
                                 const ChatStore::Announce& announce)
{
    if (message.id.empty() || message.channel.empty()) return Errc::invalid_argument;
    const Result<Rows> before =
        connection.execute("SELECT " CHAT_COLUMNS " FROM chat_messages WHERE id = $1", {message.id.value});
    if (!before) return before.error();
    if (!before->empty()) return to_message(before->front());
    const Result<Rows> gone =
        connection.execute("SELECT 1 FROM accounts WHERE id = $1 AND deleted_at <> 0", {message.author.value});
    if (!gone) return gone.error();
    if (!gone->empty()) return Errc::not_found;
    const Result<Rows> seq = connection.execute(
        "INSERT INTO chat_channels (channel, last_seq) VALUES ($1, 1) "
        "ON CONFLICT (channel) DO UPDATE SET last_seq = chat_channels.last_seq + 1 RETURNING last_seq",
        {message.channel});
    if (!seq) return seq.error();
    ChatMessage stored = message;
    stored.seq = seq->front().integer(0);
    const Result<Rows> kept = connection.execute("INSERT INTO chat_messages (" CHAT_COLUMNS ") "
                                                 "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                                                 {stored.id.value, stored.channel, stored.seq, stored.author.value,
                                                  stored.author_name, stored.text, stored.at.count()});
    if (!kept) return kept.error();
    const OutboxEvent event = announce(stored);
    const Result<void> published = append_event(connection, event.topic, event.event);
    if (!published) return published.error();
    return stored;
}

} // namespace

AsyncResult<ChatMessage> SqlChatStore::post(ChatMessage message, Announce announce, Deadline by)
{
    return write<ChatMessage>(
        database_,
        [message = std::move(message), announce = std::move(announce)](Connection& connection) {
            return post_message(connection, message, announce);
        },
        by);
}

AsyncResult<ChatMessage> SqlChatStore::get(MessageId message, Deadline by)
{
    return read<ChatMessage>(
        database_,
        [message = std::move(message)](Connection& connection) -> Result<ChatMessage> {
            const Result<Rows> rows =
                connection.execute("SELECT " CHAT_COLUMNS " FROM chat_messages WHERE id = $1", {message.value});
            if (!rows) return rows.error();
            if (rows->empty()) return Errc::not_found;
            return to_message(rows->front());
        },
        by);
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

} // namespace harvest::sql
