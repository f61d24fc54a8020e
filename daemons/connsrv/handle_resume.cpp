// session.resume: a session goes on over a new connection, with the pushes that the client has not seen.
#include "common/protocol/session.hpp"
#include "daemons/connsrv/connsrv.hpp"

namespace harvest::connsrv {

Task<Reply> Connsrv::handle_resume(ConnId conn, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::ResumeRequest> resume = read_data<protocol::ResumeRequest>(request, why);
    if (!resume) co_return Reply(LiveErrc::bad_message, why);
    if (resume->protocol != protocol::live_protocol) co_return LiveErrc::wrong_protocol;
    Result<AccessClaims> claims = co_await sign_in(conn, std::move(resume->token), by);
    if (!claims) co_return claims.error();

    const Connection* connection = roster_.connection(conn);
    if (!connection || connection->closing) co_return Errc::canceled;
    // "<slot>.<secret>": another slot's session cannot be taken up here.
    const std::string mine = id_ + ".";
    if (!resume->resume.starts_with(mine)) co_return LiveErrc::cannot_resume;
    Result<Roster::Resumed> resumed =
        roster_.resume(conn, claims->player, claims->session, std::string_view(resume->resume).substr(mine.size()),
                       resume->last_seq, clock_.monotonic());
    if (!resumed) co_return resumed.error();
    resumed->live->renew_at = resumed->live->recheck_at = clock_.monotonic();
    if (resumed->replaced) close(resumed->replaced, CloseReason::replaced, "resumed on another connection");
    const protocol::ResumeReply reply{.player = claims->player,
                                      .session = claims->session,
                                      .replayed = static_cast<std::int64_t>(resumed->pushes.size())};
    // Sent here and at once: no later push may come between the reply and those that are sent again.
    std::string text = protocol::encode(reply);
    send(conn, protocol::encode_reply(request.id, text));
    for (const std::string& push : resumed->pushes) send(conn, push);
    co_return Reply(std::move(text));
}

} // namespace harvest::connsrv
