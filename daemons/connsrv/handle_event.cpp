// What the event log tells: revoked sessions are closed at once, whoever is renamed speaks under the new name, what was
// said in chat goes to its members.
#include "common/protocol/chat_events.hpp"
#include "common/protocol/events.hpp"
#include "common/runtime/expulsions.hpp"
#include "daemons/connsrv/connsrv.hpp"

namespace harvest::connsrv {
namespace {

constexpr Millis key_wait = 2s, key_pause = 200ms;

template <class T>
Result<T> read_event(const StoredEvent& stored)
{
    return protocol::decode<T>(stored.event.data, nullptr, protocol::Unknown::ignore);
}

void fill(protocol::ChatEntry& entry, protocol::ChatPosted& posted, protocol::ChatWords words)
{
    entry.message = std::move(posted.message);
    entry.channel = posted.channel;
    entry.number = posted.number;
    entry.author = std::move(posted.author);
    entry.name = std::move(words.name);
    entry.text = std::move(words.text);
    entry.at = std::move(posted.at);
}

// `told` is what of the event its players get.
template <class Event, class Told>
void push_chat(const Event& event, const Told& told, std::string_view op, Roster& roster,
               std::vector<Roster::Delivery>& deliveries)
{
    const std::string data = protocol::encode(told);
    if (event.to.empty()) roster.push_channel(event.channel, op, data, deliveries);
    for (const PlayerId& player : event.to) roster.push(player, op, data, deliveries);
}

} // namespace

void Connsrv::handle_event(const StoredEvent& stored)
{
    namespace type = protocol::event_type;
    if (!seen_.first_time(protocol::first_id(stored.event.id))) return;
    std::vector<Roster::Delivery> deliveries;
    if (stored.event.type == type::session_revoked) {
        const auto revoked = read_event<protocol::SessionRevoked>(stored);
        if (!revoked) return;
        end(revoked->session ? roster_.revoke(revoked->player, *revoked->session)
                             : roster_.revoke_begun_by(revoked->player, stored.event.time, clock_.monotonic()),
            CloseReason::revoked, "the session has ended");
    } else if (stored.event.type == type::user_sanctioned) {
        const std::optional<Expulsion> banned = expulsion_in(stored.event);
        if (!banned || !banned->from_everything()) return;
        end(roster_.revoke_begun_by(banned->player, stored.event.time, clock_.monotonic()), CloseReason::revoked,
            "the account is banned");
    } else if (stored.event.type == type::user_blocked) {
        const auto pair = read_event<protocol::UserPair>(stored);
        if (pair) handle_blocked(pair->player, pair->other, deliveries);
    } else if (stored.event.type == type::user_renamed) {
        const auto renamed = read_event<protocol::UserEvent>(stored);
        if (!renamed) return;
        auto learning = [this, player = renamed->player, at = stored.event.time] { return learn_name(player, at); };
        tasks_.spawn(std::move(learning));
    } else if (stored.event.type == type::user_deleted) {
        const auto deleted = read_event<protocol::UserEvent>(stored);
        if (deleted) seal_.forget(deleted->player);
    }
    deliver(deliveries);
}

// The words of what somebody here is to hear; no text if nobody is, or if nobody can read them any more: the history
// has lost them too. A store that is away is asked again, since the next message must not overtake this one.
AsyncResult<protocol::ChatWords> Connsrv::words_for_here(const protocol::ChatPosted& posted)
{
    if (posted.clear) co_return *posted.clear;
    while (roster_.hears(posted.channel, posted.to)) {
        Result<protocol::ChatWords> words =
            co_await seal_.open(posted.author, posted.message, posted.sealed, clock_.after(key_wait));
        if (words || !errc_row(classify(words.error())).retryable) co_return words;
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(key_pause));
        if (!slept) co_return slept.error();
    }
    co_return protocol::ChatWords{};
}

// Errors: those of the store that do not pass, canceled.
AsyncResult<void> Connsrv::handle_chat_event(StoredEvent stored)
{
    namespace type = protocol::event_type;
    const std::string& kind = stored.event.type;
    if (!seen_.first_time(protocol::first_id(stored.event.id))) co_return Result<void>{};
    std::vector<Roster::Delivery> deliveries;
    if (protocol::is_chat_posted(kind)) {
        Result<protocol::ChatPosted> posted = protocol::read_chat_posted(kind, stored.event.data);
        if (!posted) co_return Result<void>{};
        Result<protocol::ChatWords> words = co_await words_for_here(*posted);
        if (!words) co_return words.error();
        if (words->text.empty()) co_return Result<void>{};
        protocol::ChatEntry told;
        fill(told, *posted, std::move(*words));
        push_chat(*posted, told, "chat.message", roster_, deliveries);
    } else if (protocol::is_chat_edited(kind)) {
        Result<protocol::ChatEdited> edited = protocol::read_chat_edited(kind, stored.event.data);
        if (!edited) co_return Result<void>{};
        Result<protocol::ChatWords> words = co_await words_for_here(*edited);
        if (!words) co_return words.error();
        if (words->text.empty()) co_return Result<void>{};
        protocol::ChatEdit told;
        fill(told, *edited, std::move(*words));
        told.edited_at = std::move(edited->edited_at);
        push_chat(*edited, told, "chat.edited", roster_, deliveries);
    } else if (kind == type::chat_deleted) {
        const auto deleted = read_event<protocol::ChatDeleted>(stored);
        if (!deleted) co_return Result<void>{};
        const protocol::ChatDeletion& told = *deleted;
        push_chat(*deleted, told, "chat.deleted", roster_, deliveries);
    } else if (kind == type::chat_refused) {
        const auto rejected = read_event<protocol::ChatRejected>(stored);
        if (!rejected) co_return Result<void>{};
        roster_.push(rejected->author, "chat.refused", protocol::encode(rejected->refusal), deliveries);
    }
    deliver(deliveries);
    co_return Result<void>{};
}

} // namespace harvest::connsrv
