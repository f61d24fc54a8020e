#include "daemons/auth/issuer.hpp"

#include "daemons/auth/service.hpp"

#include <algorithm>

namespace harvest::auth {

AsyncResult<void> Issuer::refuse_banned(PlayerId player, Deadline by)
{
    const Result<std::vector<Sanction>> sanctions = co_await accounts_.sanctions(player, clock_.now(), by);
    if (!sanctions) co_return sanctions.error();
    if (is_banned(*sanctions)) co_return protocol::AuthErrc::banned;
    co_return Result<void>{};
}

AsyncResult<protocol::TokenPair> Issuer::sign_in(Account account, std::string traceparent, Deadline by,
                                                 Millis not_before)
{
    const Result<void> welcome = co_await refuse_banned(account.id, by);
    if (!welcome) co_return welcome.error();
    Session session;
    session.id = make_id<SessionId>(std::max(clock_.now(), not_before), entropy_.bytes<10>());
    session.player = account.id;
    session.generation = 1;
    session.current = signer_.hash(signer_.refresh_token(session.id, session.generation));
    session.rotated_at = clock_.now();
    session.expires_at = clock_.now() + config_.refresh_life;
    const SessionId id = session.id;
    std::vector<OutboxEvent> events = events_.user(protocol::event_type::user_login, account.id, id, traceparent);
    SignInGrounds grounds{account.password_hash, clock_.now()};
    const Result<void> created =
        co_await sessions_.create(std::move(session), std::move(grounds), std::move(events), by);
    if (!created && created.error() == Errc::conflict) {
        // The password was changed, or the player banned, while this sign-in was on its way.
        const Result<void> still_welcome = co_await refuse_banned(account.id, by);
        if (!still_welcome) co_return still_welcome.error();
        co_return protocol::AuthErrc::bad_credentials;
    }
    if (!created && created.error() == Errc::not_found) co_return protocol::AuthErrc::bad_credentials; // deleted
    if (!created) co_return created.error();
    co_return tokens(account, id, 1);
}

protocol::AccessToken Issuer::access_token(const Account& account, const SessionId& session, Millis expires_at)
{
    AccessClaims claims;
    claims.player = account.id;
    claims.session = session;
    claims.name = account.name;
    claims.bot = account.bot;
    claims.issued_at = clock_.now();
    claims.expires_at = expires_at;
    protocol::AccessToken token;
    token.access_token = signer_.access_token(claims);
    const auto left = std::chrono::floor<std::chrono::seconds>(expires_at - claims.issued_at);
    token.expires_in_seconds = std::max<std::int64_t>(1, left.count());
    token.player = account.id;
    token.session = session;
    token.name = account.name;
    return token;
}

protocol::TokenPair Issuer::tokens(const Account& account, const SessionId& session, std::int64_t generation)
{
    protocol::TokenPair pair;
    static_cast<protocol::AccessToken&>(pair) = access_token(account, session, clock_.now() + config_.access_life);
    pair.refresh_token = signer_.refresh_token(session, generation);
    return pair;
}

} // namespace harvest::auth
