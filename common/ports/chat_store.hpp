// Chat history, at most once per message id (events are delivered at least once).
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/chat.hpp"
#include "common/ports/records/event.hpp"
#include "common/ports/task.hpp"

#include <functional>
#include <vector>

namespace harvest {

class ChatStore {
public:
    virtual ~ChatStore() = default;
    // Gives the message with its sequence number and publishes the event that `announce` makes of it (pure, run on any
    // thread) in the same transaction; a message id seen before changes nothing and gives what is stored.
    // Errors: not_found (its author's account was deleted).
    using Announce = std::function<OutboxEvent(const ChatMessage& stored)>;
    virtual AsyncResult<ChatMessage> post(ChatMessage message, Announce announce, Deadline by) = 0;
    // Errors: not_found.
    virtual AsyncResult<ChatMessage> get(MessageId message, Deadline by) = 0;
    // Newest first, with seq < before (0: from the newest).
    virtual AsyncResult<std::vector<ChatMessage>> history(std::string channel, std::int64_t before, std::size_t limit,
                                                          Deadline by) = 0;
};

} // namespace harvest
