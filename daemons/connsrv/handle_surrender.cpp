// Rpc "surrender": another connection server has taken a session of this one, and asks for what was not in the buffer
// yet.
#include "daemons/connsrv/connsrv.hpp"

namespace harvest::connsrv {

Result<std::string> Connsrv::handle_surrender(const std::string& body)
{
    const auto request = protocol::decode<protocol::SurrenderRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!request) return request.error();
    const Result<protocol::SurrenderReply> reply = surrender(*request);
    if (!reply) return reply.error();
    return protocol::encode(*reply);
}

Result<protocol::SurrenderReply> Connsrv::surrender(const protocol::SurrenderRequest& request)
{
    if (taking_.erase(request.fence)) return Errc::not_found; // it was on its way to us, and goes on from here
    Result<Roster::Released> released = roster_.release(request.player, request.fence, request.last_seq);
    if (!released) return released.error();
    if (released->conn) close(released->conn, CloseReason::replaced, "resumed on another connection");
    protocol::SurrenderReply reply;
    reply.whole = released->pushes.has_value();
    if (reply.whole) reply.pushes = std::move(*released->pushes);
    reply.status = std::move(released->standing.status);
    reply.channels = std::move(released->standing.channels);
    reply.watching = std::move(released->standing.watching);
    return reply;
}

} // namespace harvest::connsrv
