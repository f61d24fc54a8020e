// Chat messages as clients and the event log are told of them.
#pragma once

#include "common/ports/chat_store.hpp"
#include "common/protocol/chat.hpp"

#include <vector>

namespace harvest::chat {

protocol::ChatHistoryEntry entry_of(const ChatMessage& message);
protocol::ChatEdit edit_of(const ChatMessage& message);
protocol::ChatDeletion deletion_of(const ChatMessage& message);

// What a store is to announce: `event` with its type, subject, time and data, for the players of `to` (empty: for all
// who joined the channel); `sealed` are the words of the message.
ChatStore::Announce posting(Event event, std::vector<PlayerId> to, std::string sealed);
ChatStore::Announce editing(Event event, std::vector<PlayerId> to, std::string sealed);
ChatStore::Announce taking_back(Event event, std::vector<PlayerId> to);

} // namespace harvest::chat
