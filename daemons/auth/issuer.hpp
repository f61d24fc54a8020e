// The common end of every way to sign in: a ban check, a session row with its event, then the tokens.
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/sessions.hpp"
#include "common/ports/tokens.hpp"
#include "common/protocol/auth.hpp"
#include "daemons/auth/config.hpp"
#include "daemons/auth/user_events.hpp"

namespace harvest::auth {

class Issuer {
public:
    Issuer(const Config& config, Accounts& accounts, Sessions& sessions, TokenSigner& signer, const Clock& clock,
           Entropy& entropy, UserEvents& events)
        : config_(config),
          accounts_(accounts),
          sessions_(sessions),
          signer_(signer),
          clock_(clock),
          entropy_(entropy),
          events_(events)
    {
    }

    // `account` as it was when it was checked. The session's id tells a time of `not_before` or later, so that it
    // outlives a revocation of all before it. Errors: banned, bad_credentials (another password by now, or deleted),
    // the stores'.
    AsyncResult<protocol::TokenPair> sign_in(Account account, std::string traceparent, Deadline by,
                                             Millis not_before = {});
    // Errors: banned, those of the stores.
    AsyncResult<void> refuse_banned(PlayerId player, Deadline by);
    protocol::AccessToken access_token(const Account& account, const SessionId& session, Millis expires_at);
    protocol::TokenPair tokens(const Account& account, const SessionId& session, std::int64_t generation);

private:
    const Config& config_;
    Accounts& accounts_;
    Sessions& sessions_;
    TokenSigner& signer_;
    const Clock& clock_;
    Entropy& entropy_;
    UserEvents& events_;
};

// What was changed before stays so, whatever becomes of the session: a store's failure would say that nothing happened.
inline Result<protocol::TokenPair> after_a_change(Result<protocol::TokenPair> signed_in)
{
    if (signed_in) return signed_in;
    const Errc meaning = classify(signed_in.error());
    if (meaning == Errc::permission_denied || meaning == Errc::unauthenticated)
        return signed_in; // banned, or overtaken
    return Errc::in_doubt;
}

} // namespace harvest::auth
