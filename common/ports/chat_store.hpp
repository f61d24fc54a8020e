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
    // thread) in the same transaction; a message id seen before changes nothing and gives what is stored. From then on
    // the channel is among the unread of `readers`, for all but the author.
    // Errors: not_found (its author's account was deleted).
    using Announce = std::function<OutboxEvent(const ChatMessage& stored)>;
    virtual AsyncResult<ChatMessage> post(ChatMessage message, std::vector<PlayerId> readers, Announce announce,
                                          Deadline by) = 0;
    // Keeps that a message was refused, and publishes `told` in the same transaction: from then on get() gives it,
    // taken back and in no channel of players, and post() changes nothing. A message id seen before changes and
    // publishes nothing. An author's last 1,000 are kept. Errors: not_found (its author's account was deleted).
    virtual AsyncResult<void> refuse(MessageId message, PlayerId author, Millis at, OutboxEvent told, Deadline by) = 0;
    // Other words for a message, announced as post() does; the same words change and announce nothing.
    // Errors: not_found (or deleted).
    virtual AsyncResult<ChatMessage> edit(MessageId message, std::string text, Millis at, Announce announce,
                                          Deadline by) = 0;
    // Takes the words away and leaves the number, announced as post() does; a second time changes and announces
    // nothing. Errors: not_found.
    virtual AsyncResult<ChatMessage> take_back(MessageId message, Millis at, Announce announce, Deadline by) = 0;
    // Errors: not_found.
    virtual AsyncResult<ChatMessage> get(MessageId message, Deadline by) = 0;
    // Newest first, with seq < before (0: from the newest).
    virtual AsyncResult<std::vector<ChatMessage>> history(std::string channel, std::int64_t before, std::size_t limit,
                                                          Deadline by) = 0;
    // Read up to `number`: never back, never beyond the newest.
    virtual AsyncResult<ChatMark> mark_read(PlayerId player, std::string channel, std::int64_t number, Deadline by) = 0;
    // Channels with something that the player has not read, by name.
    virtual AsyncResult<std::vector<ChatMark>> unread(PlayerId player, std::size_t limit, Deadline by) = 0;
};

} // namespace harvest
