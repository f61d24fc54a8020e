// What the event log tells: revoked sessions are closed at once, what was said in chat goes to its members.
#include "common/protocol/chat.hpp"
#include "common/protocol/events.hpp"
#include "daemons/connsrv/connsrv.hpp"

namespace harvest::connsrv {
namespace {

template <class T>
Result<T> read_event(const StoredEvent& stored)
{
    return protocol::decode<T>(stored.event.data, nullptr, protocol::Unknown::ignore);
}

// `Told` is what of the event its players get.
template <class Event, class Told>
void push_chat(const StoredEvent& stored, std::string_view op, Roster& roster,
               std::vector<Roster::Delivery>& deliveries)
{
    const auto event = read_event<Event>(stored);
    if (!event) return;
    const Told& told = *event;
    const std::string data = protocol::encode(told);
    if (event->to.empty()) roster.push_channel(event->channel, op, data, deliveries);
    for (const PlayerId& player : event->to) roster.push(player, op, data, deliveries);
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
        end(roster_.revoke(revoked->player, revoked->session.value_or(SessionId{})), CloseReason::revoked,
            "the session has ended");
    } else if (stored.event.type == type::user_sanctioned) {
        const auto sanctioned = read_event<protocol::UserSanctioned>(stored);
        if (!sanctioned || sanctioned->kind != "ban" || (sanctioned->scope != "login" && sanctioned->scope != "all"))
            return;
        end(roster_.revoke(sanctioned->player, SessionId{}), CloseReason::revoked, "the account is banned");
    } else if (stored.event.type == type::user_blocked) {
        const auto pair = read_event<protocol::UserPair>(stored);
        if (pair) handle_blocked(pair->player, pair->other, deliveries);
    } else if (stored.event.type == type::chat_posted) {
        push_chat<protocol::ChatPosted, protocol::ChatEntry>(stored, "chat.message", roster_, deliveries);
    } else if (stored.event.type == type::chat_edited) {
        push_chat<protocol::ChatEdited, protocol::ChatEdit>(stored, "chat.edited", roster_, deliveries);
    } else if (stored.event.type == type::chat_deleted) {
        push_chat<protocol::ChatDeleted, protocol::ChatDeletion>(stored, "chat.deleted", roster_, deliveries);
    } else if (stored.event.type == type::chat_refused) {
        const auto rejected = read_event<protocol::ChatRejected>(stored);
        if (!rejected) return;
        roster_.push(rejected->author, "chat.refused", protocol::encode(rejected->refusal), deliveries);
    }
    deliver(deliveries);
}

} // namespace harvest::connsrv
