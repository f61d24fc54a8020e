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

} // namespace

void Connsrv::handle_event(const StoredEvent& stored)
{
    namespace type = protocol::event_type;
    if (!seen_.first_time(stored.event.id)) return;
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
        const auto posted = read_event<protocol::ChatPosted>(stored);
        if (!posted) return;
        const protocol::ChatEntry& entry = *posted;
        const std::string data = protocol::encode(entry);
        if (posted->to.empty()) roster_.push_channel(posted->channel, "chat.message", data, deliveries);
        for (const PlayerId& player : posted->to) roster_.push(player, "chat.message", data, deliveries);
    } else if (stored.event.type == type::chat_refused) {
        const auto rejected = read_event<protocol::ChatRejected>(stored);
        if (!rejected) return;
        roster_.push(rejected->author, "chat.refused", protocol::encode(rejected->refusal), deliveries);
    }
    deliver(deliveries);
}

} // namespace harvest::connsrv
