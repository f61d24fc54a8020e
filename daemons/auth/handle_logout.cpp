#include "daemons/auth/handlers.hpp"

namespace harvest::auth {

AsyncResult<protocol::Nothing> handle_logout(Sessions& sessions, TokenSigner& signer, UserEvents& events,
                                             protocol::RefreshRequest request, CallInfo call)
{
    const Result<Session> session = co_await find_session(sessions, signer, std::move(request.refresh_token), call.by);
    if (!session && session.error() != protocol::AuthErrc::session_ended) co_return session.error();
    if (!session || session->revoked) co_return protocol::Nothing();
    std::vector<OutboxEvent> gone = events.revoked(session->player, session->id, "logout", call.traceparent);
    for (OutboxEvent& event :
         events.user(protocol::event_type::user_logout, session->player, session->id, call.traceparent))
        gone.push_back(std::move(event));
    const Result<void> revoked = co_await sessions.revoke(session->id, std::move(gone), call.by);
    if (!revoked && revoked.error() != Errc::not_found) co_return revoked.error(); // else it went with its account
    co_return protocol::Nothing();
}

} // namespace harvest::auth
