// The ChatStore.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/chat_store.hpp"

namespace harvest::sql {

class SqlChatStore final : public ChatStore {
public:
    explicit SqlChatStore(Database& database) : database_(database) {}

    AsyncResult<ChatMessage> post(ChatMessage message, Announce announce, Deadline by) override;
    AsyncResult<ChatMessage> get(MessageId message, Deadline by) override;
    AsyncResult<std::vector<ChatMessage>> history(std::string channel, std::int64_t before, std::size_t limit,
                                                  Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
