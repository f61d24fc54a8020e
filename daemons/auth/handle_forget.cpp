#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

namespace harvest::auth {
namespace {

using protocol::AuthErrc;

// Errors: bad_credentials, too_many_failures, busy.
AsyncResult<void> check_owner(Passwords& passwords, GuessLimits& guesses, const TokenSigner& signer,
                              const Account& account, protocol::ForgetCall request, Deadline by)
{
    if (account.password_hash.empty()) {
        // 256 random bits: nobody guesses them.
        if (!request.secret || !account.device_secret || signer.hash(*request.secret) != *account.device_secret)
            co_return AuthErrc::bad_credentials;
        co_return Result<void>{};
    }
    if (!request.password || !plausible_password(*request.password)) co_return AuthErrc::bad_credentials;
    const GuessLimits::Keys keys = GuessLimits::keys(name_key(account.name), request.address);
    const Result<void> allowed = co_await guesses.begin(keys, by);
    if (!allowed) co_return allowed.error();
    const Result<bool> same = co_await passwords.verify(std::move(*request.password), account.password_hash, by);
    co_await guesses.end(keys, same && !*same, by);
    if (!same) co_return same.error();
    if (!*same) co_return AuthErrc::bad_credentials;
    co_return Result<void>{};
}

} // namespace

AsyncResult<protocol::Nothing> handle_forget(Accounts& accounts, PersonalData& personal, Passwords& passwords,
                                             GuessLimits& guesses, const TokenSigner& signer, const Clock& clock,
                                             Entropy& entropy, const UserEvents& events, protocol::ForgetCall request,
                                             CallInfo call)
{
    const Result<Account> account = co_await accounts.get(request.player, call.by);
    if (!account) co_return account.error();
    if (!request.password && !request.secret) co_return Errc::invalid_argument;
    if (account->deleted_at > Millis{0}) co_return protocol::Nothing(); // the token will be refused in a moment
    const Result<void> owner = co_await check_owner(passwords, guesses, signer, *account, std::move(request), call.by);
    if (!owner) co_return owner.error();
    Erasure erasure;
    erasure.player = account->id;
    erasure.password_hash = account->password_hash;
    erasure.at = clock.now();
    erasure.first_event = new_id<EventId>(clock, entropy);
    erasure.first_transfer = new_id<TransferId>(clock, entropy);
    erasure.source = events.source();
    erasure.traceparent = call.traceparent;
    const Result<void> erased = co_await personal.erase(std::move(erasure), call.by);
    if (!erased && erased.error() == Errc::failed_precondition) co_return AuthErrc::bad_credentials;
    if (!erased) co_return erased.error();
    co_return protocol::Nothing();
}

} // namespace harvest::auth
