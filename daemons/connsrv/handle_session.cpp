// session.ping, and what ends sessions: revocation, replacement, time.
#include "common/protocol/session.hpp"
#include "daemons/connsrv/connsrv.hpp"

namespace harvest::connsrv {

Reply Connsrv::handle_ping(const Caller& caller, const protocol::LiveRequest& request)
{
    std::string why;
    const Result<protocol::PingRequest> ping = read_data<protocol::PingRequest>(request, why);
    if (!ping) return Reply(LiveErrc::bad_message, why);
    if (Live* live = roster_.find(caller.player, caller.session); live && ping->seq)
        roster_.acknowledge(*live, *ping->seq);
    const protocol::PingReply reply{to_rfc3339(clock_.now())};
    return Reply(protocol::encode(reply));
}

void Connsrv::end(const std::vector<Roster::Ended>& ended, CloseReason reason, std::string_view text)
{
    for (const Roster::Ended& one : ended) {
        leaving_.emplace_back(one.player, one.session);
        if (one.conn) close(one.conn, reason, text);
    }
}

// Rpc "push": a message for a player who is signed in here, kept for a resume if the player is cut off just now.
Result<std::string> Connsrv::handle_push(const std::string& body)
{
    const auto push = protocol::decode<protocol::PushRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!push) return push.error();
    std::vector<Roster::Delivery> deliveries;
    const std::size_t sessions = roster_.push(push->player, push->op, push->data.text, deliveries);
    if (sessions == 0) return Errc::not_found;
    deliver(deliveries);
    const protocol::PushReply reply{static_cast<std::int64_t>(sessions)};
    return protocol::encode(reply);
}

} // namespace harvest::connsrv
