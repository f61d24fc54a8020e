#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

namespace harvest::auth {

AsyncResult<TokenPair> handle_password(Accounts& accounts, Passwords& passwords, OwnerCheck& owner, Issuer& issuer,
                                       UserEvents& events, protocol::PasswordCall request, CallInfo call)
{
    Result<Account> account = co_await accounts.get(request.player, call.by);
    if (!account) co_return account.error();
    if (account->password_hash.empty()) co_return protocol::AuthErrc::no_password;
    if (const Result<void> ok = check_password(account->name, request.next); !ok) co_return ok.error();

    const Result<void> theirs = co_await owner.check_password(*account, std::move(request.current),
                                                              std::move(request.code), request.address, call.by);
    if (!theirs) co_return theirs.error();

    Result<std::string> phc = co_await passwords.hash(std::move(request.next), call.by);
    if (!phc) co_return phc.error();
    std::vector<OutboxEvent> gone = events.revoked(account->id, std::nullopt, "password", call.traceparent);
    const Millis revoked_at = gone.front().event.time;
    NewPassword password{account->id, std::move(account->password_hash), *phc};
    account->password_hash = std::move(*phc);
    const Result<void> changed = co_await accounts.set_password(std::move(password), std::move(gone), call.by);
    if (!changed && changed.error() == Errc::conflict)
        co_return protocol::AuthErrc::bad_credentials; // no longer theirs
    if (!changed) co_return changed.error();
    co_return after_a_change(co_await issuer.sign_in(std::move(*account), call.traceparent, call.by, revoked_at + 1ms));
}

} // namespace harvest::auth
