// Rpc "surrender": another connection server has taken a session of this one, and asks for what was not in the buffer
// yet.
#include "daemons/connsrv/connsrv.hpp"

namespace harvest::connsrv {

AsyncResult<std::string> Connsrv::handle_surrender(std::string body)
{
    auto request = protocol::decode<protocol::SurrenderRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!request) co_return request.error();
    const Result<protocol::SurrenderReply> reply = co_await surrender(std::move(*request));
    if (!reply) co_return reply.error();
    co_return protocol::encode(*reply);
}

AsyncResult<protocol::SurrenderReply> Connsrv::surrender(protocol::SurrenderRequest request)
{
    if (const auto taking = taking_.find(request.fence); taking != taking_.end()) {
        // It is on its way to us, and goes on from here with what comes.
        if (taking->second) co_return Errc::conflict; // a holding is taken once
        const auto rest = std::make_shared<OneShot<protocol::SurrenderReply>>();
        taking->second = rest;
        co_return co_await OneShot<protocol::SurrenderReply>::wait(rest);
    }
    Result<Roster::Released> released = roster_.release(request.player, request.fence, request.last_seq);
    if (!released) co_return released.error();
    if (released->conn) close(released->conn, CloseReason::replaced, "resumed on another connection");
    protocol::SurrenderReply reply;
    reply.whole = released->pushes.has_value();
    if (reply.whole) reply.pushes = std::move(*released->pushes);
    reply.status = std::move(released->standing.status);
    reply.channels = std::move(released->standing.channels);
    reply.watching = std::move(released->standing.watching);
    co_return reply;
}

// The end of a taking over that came to nothing here: whoever has overtaken it gets what was given up.
void Connsrv::hand_on(const std::string& fence, Result<protocol::SurrenderReply> rest)
{
    const auto taking = taking_.extract(fence);
    if (taking && taking.mapped()) taking.mapped()->complete(std::move(rest));
}

} // namespace harvest::connsrv
