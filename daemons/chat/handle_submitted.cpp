// Event submitted: said by a player, to be posted or refused. The same message twice is posted once.
#include "common/base/log.hpp"
#include "common/protocol/events.hpp"
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

bool is_mute(const Sanction& sanction)
{
    return sanction.scope == "all" || sanction.scope == "chat" || (sanction.kind == "ban" && sanction.scope == "login");
}

protocol::ChatPosted posted_of(const ChatMessage& message, const std::vector<PlayerId>& to)
{
    protocol::ChatPosted posted;
    posted.message = message.id;
    posted.channel = message.channel;
    posted.number = message.seq;
    posted.author = message.author;
    posted.name = message.author_name;
    posted.text = message.text;
    posted.at = to_rfc3339(message.at);
    posted.to = to;
    return posted;
}

} // namespace

// The message as it will be kept, and whom it is for. Errors: ChatErrc, those of the stores.
AsyncResult<ChatMessage> Chat::judge(const protocol::ChatSubmitted& said, std::vector<PlayerId>& to)
{
    const Result<Channel> channel = parse_channel(said.channel, said.author);
    if (!channel) co_return channel.error();
    Result<std::string> text = clean_text(said.text, static_cast<std::size_t>(config_.max_characters));
    if (!text) co_return text.error();
    Result<std::vector<PlayerId>> players = co_await audience(*channel, said.author);
    if (!players) co_return players.error();
    const Result<std::vector<Sanction>> sanctions = co_await accounts_.sanctions(said.author, clock_.now(), store_by());
    if (!sanctions) co_return sanctions.error();
    for (const Sanction& sanction : *sanctions)
        if (is_mute(sanction)) co_return ChatErrc::muted;
    if (players->size() == 2) {
        const Result<void> terms = co_await on_terms(players->front(), players->back());
        if (!terms) co_return terms.error();
    }
    to = std::move(*players);
    ChatMessage message;
    message.id = said.message;
    message.channel = channel->kept;
    message.author = said.author;
    message.author_name = said.name;
    message.text = filter_.mask(std::move(*text));
    message.at = clock_.now();
    co_return message;
}

AsyncResult<void> Chat::refuse(const protocol::ChatSubmitted& said, Error why, std::string traceparent)
{
    const protocol::ChatRejected rejected{said.author, {said.message, said.channel, std::string(wire_code(why))}};
    Event event;
    event.id = new_id<EventId>(clock_, entropy_);
    event.type = protocol::event_type::chat_refused;
    event.source = id_;
    event.subject = said.channel;
    event.traceparent = std::move(traceparent);
    event.time = clock_.now();
    event.data = protocol::encode(rejected);
    std::vector<Event> events;
    events.push_back(std::move(event));
    return log_.append(std::string(protocol::topic::chat), std::move(events), store_by());
}

// Tried again while the stores are away, since the next message of the channel must not overtake it.
// Errors: canceled.
AsyncResult<void> Chat::handle_submitted(Event event)
{
    const auto said = protocol::decode<protocol::ChatSubmitted>(event.data, nullptr, protocol::Unknown::ignore);
    if (!said) {
        figures_.failed.add();
        log::warn("a chat event cannot be read and is left out", {{"event.id", event.id.value}});
        co_return Result<void>{};
    }
    const RateRule flood{config_.flood_burst, config_.flood_interval};
    std::optional<bool> in_time; // asked once, and not for what comes again after it was posted
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
            const Result<ChatMessage> posted = co_await store_.get(said->message, store_by());
            if (posted) co_return Result<void>{};
            last = posted.error();
            if (last != Errc::not_found) continue;
            in_time = limits_.admit("chat:" + said->author.value, flood).admitted;
        }
        std::vector<PlayerId> to;
        Result<ChatMessage> message = *in_time ? Result<ChatMessage>(ChatMessage{}) : ChatErrc::too_fast;
        if (*in_time) message = co_await judge(*said, to);
        if (!message && !is_temporary(message.error())) {
            const Result<void> told = co_await refuse(*said, message.error(), event.traceparent);
            if (told) {
                figures_.refused.add();
                co_return Result<void>{};
            }
            last = told.error();
        } else if (message) {
            const EventId posted_id = new_id<EventId>(clock_, entropy_);
            ChatStore::Announce announce = [to, posted_id, source = id_,
                                            trace = event.traceparent](const ChatMessage& stored) {
                OutboxEvent posted;
                posted.topic = protocol::topic::chat;
                posted.event.id = posted_id;
                posted.event.type = protocol::event_type::chat_posted;
                posted.event.source = source;
                posted.event.subject = stored.channel;
                posted.event.traceparent = trace;
                posted.event.time = stored.at;
                posted.event.data = protocol::encode(posted_of(stored, to));
                return posted;
            };
            const Result<ChatMessage> kept = co_await store_.post(std::move(*message), std::move(announce), store_by());
            if (kept) {
                figures_.posted.add();
                const Millis took = std::max(Millis{0}, clock_.now() - event.time);
                figures_.delivery.observe(static_cast<double>(took.count()) / 1000);
                co_return Result<void>{};
            }
            last = kept.error();
            if (last == Errc::not_found) { // the account is gone, and nobody is there to be told
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
