#include "common/protocol/account_errc.hpp"
#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

#include <algorithm>

namespace harvest::auth {

AsyncResult<protocol::AccessToken> handle_rename(const Config& config, Accounts& accounts, Sessions& sessions,
                                                 const Clock& clock, Issuer& issuer, UserEvents& events,
                                                 protocol::RenameCall request, CallInfo call)
{
    if (const Result<void> ok = check_name(request.name); !ok) co_return ok.error();
    Result<Account> account = co_await accounts.get(request.player, call.by);
    if (!account) co_return account.error();
    if (account->deleted_at > Millis{0}) co_return protocol::AuthErrc::session_ended;
    if (account->name != request.name) {
        Renaming renaming;
        renaming.player = account->id;
        renaming.name = request.name;
        renaming.at = clock.now();
        renaming.not_since = std::max(Millis{0}, renaming.at - config.rename_every);
        std::vector<OutboxEvent> told =
            events.user(protocol::event_type::user_renamed, account->id, request.session, call.traceparent);
        const Result<void> renamed = co_await accounts.rename(std::move(renaming), std::move(told), call.by);
        if (!renamed && renamed.error() == Errc::already_exists) co_return protocol::AuthErrc::name_taken;
        if (!renamed && renamed.error() == Errc::conflict) co_return protocol::AccountErrc::rename_too_soon;
        if (!renamed) co_return renamed.error();
        account->name = request.name;
    }
    const Result<Session> session = co_await sessions.get(request.session, call.by);
    if (!session && session.error() == Errc::not_found) co_return protocol::AuthErrc::session_ended;
    if (!session) co_return session.error();
    if (session->revoked || clock.now() >= session->expires_at) co_return protocol::AuthErrc::session_ended;
    // No later than the session's other tokens: an access token alone must not lead from one to the next.
    const Millis last = session->rotated_at + config.refresh_grace + config.access_life;
    if (clock.now() >= last) co_return Errc::unauthenticated;
    co_return issuer.access_token(*account, session->id, std::min(last, clock.now() + config.access_life));
}

} // namespace harvest::auth
