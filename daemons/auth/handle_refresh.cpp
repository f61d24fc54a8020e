#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

namespace harvest::auth {
namespace {

constexpr int max_attempts = 4; // each is lost only to another rotation of the same session

} // namespace

AsyncResult<Session> find_session(Sessions& sessions, TokenSigner& signer, std::string token, Deadline by)
{
    const TokenHash presented = signer.hash(token);
    Result<Session> session = co_await sessions.find(presented, by);
    if (session || session.error() != Errc::not_found) co_return session;
    const std::optional<RefreshName> name = read_refresh_token(token);
    if (!name || signer.hash(signer.refresh_token(name->session, name->generation)) != presented)
        co_return protocol::AuthErrc::session_ended;
    session = co_await sessions.get(name->session, by);
    if (!session && session.error() == Errc::not_found) co_return protocol::AuthErrc::session_ended;
    co_return session;
}

AsyncResult<TokenPair> handle_refresh(const Config& config, Accounts& accounts, Sessions& sessions, TokenSigner& signer,
                                      const Clock& clock, Issuer& issuer, UserEvents& events, const Figures& figures,
                                      SecurityTrail& trail, protocol::RefreshRequest request, CallInfo call)
{
    const TokenHash presented = signer.hash(request.refresh_token);
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const Result<Session> session = co_await find_session(sessions, signer, request.refresh_token, call.by);
        if (!session) co_return session.error();
        const RefreshDecision decision = decide_refresh(*session, presented, clock.now(), config.refresh_grace);
        if (decision == RefreshDecision::refuse) co_return protocol::AuthErrc::session_ended;
        if (decision == RefreshDecision::revoke_family) {
            figures.refresh_reuse.add();
            std::vector<OutboxEvent> gone = events.revoked(session->player, session->id, "reuse", call.traceparent);
            const Result<void> revoked = co_await sessions.revoke(session->id, std::move(gone), call.by);
            if (revoked) trail.note({"session.reuse", session->player.value});
            co_return revoked ? make_error_code(protocol::AuthErrc::session_ended) : revoked.error();
        }
        const Result<Account> account = co_await accounts.get(session->player, call.by);
        if (!account && account.error() == Errc::not_found) co_return protocol::AuthErrc::session_ended;
        if (!account) co_return account.error();
        const Result<void> welcome = co_await issuer.refuse_banned(session->player, call.by);
        if (!welcome) co_return welcome.error();
        if (decision == RefreshDecision::repeat) co_return issuer.tokens(*account, session->id, session->generation);

        const std::int64_t generation = session->generation + 1;
        const TokenHash next = signer.hash(signer.refresh_token(session->id, generation));
        const Result<void> rotated = co_await sessions.rotate(session->id, generation, next, clock.now(), call.by);
        if (rotated) co_return issuer.tokens(*account, session->id, generation);
        if (rotated.error() == Errc::not_found) co_return protocol::AuthErrc::session_ended; // with its account
        if (rotated.error() != Errc::conflict) co_return rotated.error();
    }
    co_return Errc::conflict;
}

} // namespace harvest::auth
