// The ChatStore.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/chat_store.hpp"

namespace harvest::sql {

class SqlChatStore final : public ChatStore {
public:
    explicit SqlChatStore(Database& database) : database_(database) {}

    AsyncResult<ChatMessage> post(ChatMessage message, std::vector<PlayerId> readers, Announce announce,
                                  Deadline by) override;
    AsyncResult<void> refuse(MessageId message, PlayerId author, Millis at, OutboxEvent told, Deadline by) override;
    AsyncResult<ChatMessage> edit(MessageId message, std::string text, Millis at, Announce announce,
                                  Deadline by) override;
    AsyncResult<ChatMessage> take_back(MessageId message, Millis at, Announce announce, Deadline by) override;
    AsyncResult<ChatMessage> get(MessageId message, Deadline by) override;
    AsyncResult<std::vector<ChatMessage>> history(std::string channel, std::int64_t before, std::size_t limit,
                                                  Deadline by) override;
    AsyncResult<ChatMark> mark_read(PlayerId player, std::string channel, std::int64_t number, Deadline by) override;
    AsyncResult<std::vector<ChatMark>> unread(PlayerId player, std::size_t limit, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
