// Event submitted: said by a player, to be posted or refused. The same message twice is posted once.
#include "common/base/log.hpp"
#include "common/protocol/chat_events.hpp"
#include "common/protocol/events.hpp"
#include "daemons/chat/announce.hpp"
#include "daemons/chat/chat.hpp"
#include "daemons/chat/errc.hpp"

#include <algorithm>
#include <optional>

namespace harvest::chat {
namespace {

constexpr Millis retry_pause = 250ms, longest_pause = 5s;

bool is_temporary(const Error& error)
{
    return errc_row(classify(error)).retryable && &error.category() == &errc_category();
}

} // namespace

// The message as it will be kept, and whom it is for. Errors: ChatErrc, those of the stores.
AsyncResult<ChatMessage> Chat::judge(const protocol::ChatSubmitted& said, protocol::ChatWords words,
                                     std::vector<PlayerId>& to)
{
    const Result<Channel> channel = parse_channel(said.channel, said.author);
    if (!channel) co_return channel.error();
    Result<std::string> text = co_await admit(*channel, said.author, std::move(words.text), to);
    if (!text) co_return text.error();
    ChatMessage message;
    message.id = said.message;
    message.channel = channel->kept;
    message.author = said.author;
    message.author_name = std::move(words.name);
    message.text = std::move(*text);
    message.at = clock_.now();
    co_return message;
}

AsyncResult<void> Chat::post(ChatMessage message, std::vector<PlayerId> to, std::string traceparent)
{
    protocol::ChatWords words{message.author_name, message.text};
    Result<std::string> closed = co_await seal_.close(message.author, message.id, std::move(words), store_by());
    if (!closed) co_return closed.error();
    std::vector<PlayerId> readers; // a match's chat ends with it, a room is nobody's, a group's have marks
    if (message.channel.starts_with("dm:")) readers = to;
    if (message.channel.starts_with("group:")) readers = {message.author};
    ChatStore::Announce announce = posting(new_event(std::move(traceparent)), std::move(to), std::move(*closed));
    const Result<ChatMessage> kept =
        co_await store_.post(std::move(message), std::move(readers), std::move(announce), store_by());
    if (!kept) co_return kept.error();
    co_return Result<void>{};
}

// What was refused stays so when it comes again: it is kept in the transaction that tells its author.
AsyncResult<void> Chat::refuse(const protocol::ChatSubmitted& said, Error why, std::string traceparent)
{
    const protocol::ChatRejected rejected{said.author, {said.message, said.channel, std::string(wire_code(why))}};
    OutboxEvent told;
    told.topic = protocol::topic::chat;
    told.event = new_event(std::move(traceparent));
    told.event.type = protocol::event_type::chat_refused;
    told.event.subject = said.channel;
    told.event.time = clock_.now();
    told.event.data = protocol::encode(rejected);
    const Millis at = told.event.time;
    return store_.refuse(said.message, said.author, at, std::move(told), store_by());
}

// Tried again while the stores are away, since the next message of the channel must not overtake it.
// Errors: canceled.
AsyncResult<void> Chat::handle_submitted(Event event)
{
    const Result<protocol::ChatSubmitted> said = protocol::read_chat_submitted(event.type, event.data);
    if (!said) {
        figures_.failed.add();
        log::warn("a chat event cannot be read and is left out", {{"event.id", event.id.value}});
        co_return Result<void>{};
    }
    std::optional<protocol::ChatWords> words = said->clear;
    std::optional<bool> in_time; // asked once, and not for what comes again after it was posted or refused
    Error last = make_error_code(Errc::unavailable);
    Millis pause = retry_pause;
    bool tried = false;
    for (std::int64_t failures = 0; failures < config_.tries; failures += is_temporary(last) ? 0 : 1) {
        if (last == Errc::canceled) co_return last;
        if (tried) {
            const Result<void> slept = co_await clock_.sleep_until(clock_.after(pause));
            if (!slept) co_return slept.error();
            pause = std::min(2 * pause, longest_pause);
        }
        tried = true;
        if (!in_time) {
            const Result<ChatMessage> before = co_await store_.get(said->message, store_by());
            if (before) co_return Result<void>{};
            last = before.error();
            if (last != Errc::not_found) continue;
            in_time = within_flood(said->author);
        }
        if (!words) {
            Result<protocol::ChatWords> opened =
                co_await seal_.open(said->author, said->message, said->sealed, store_by());
            if (!opened) {
                last = opened.error();
                // Of this process's seal key, which can be set right: what was acknowledged waits for that.
                if (last == Errc::failed_precondition) last = Errc::unavailable;
                continue;
            }
            words = std::move(*opened);
        }
        std::vector<PlayerId> to;
        Result<ChatMessage> message = *in_time ? Result<ChatMessage>(ChatMessage{}) : ChatErrc::too_fast;
        if (*in_time) message = co_await judge(*said, *words, to);
        if (!message && !is_temporary(message.error())) {
            const Result<void> told = co_await refuse(*said, message.error(), event.traceparent);
            if (told || told.error() == Errc::not_found) { // the account is gone: nobody is there to be told
                figures_.refused.add();
                co_return Result<void>{};
            }
            last = told.error();
        } else if (message) {
            const Result<void> kept = co_await post(std::move(*message), std::move(to), event.traceparent);
            if (kept) {
                figures_.posted.add();
                const Millis took = std::max(Millis{0}, clock_.now() - event.time);
                figures_.delivery.observe(static_cast<double>(took.count()) / 1000);
                co_return Result<void>{};
            }
            last = kept.error();
            if (last == Errc::not_found) { // as above
                figures_.refused.add();
                co_return Result<void>{};
            }
        } else {
            last = message.error();
        }
    }
    figures_.failed.add();
    log::warn("a chat message could not be kept", {{"error.message", last.message()}});
    co_return Result<void>{};
}

} // namespace harvest::chat
