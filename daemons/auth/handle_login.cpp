#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

namespace harvest::auth {

AsyncResult<TokenPair> handle_login(Accounts& accounts, OwnerCheck& owner, Issuer& issuer, protocol::LoginCall request,
                                    CallInfo call)
{
    // No account can have such a name or password: nothing is learned from a quick refusal.
    if (!plausible_name(request.name) || !plausible_password(request.password))
        co_return protocol::AuthErrc::bad_credentials;
    Result<Account> account = co_await accounts.find_by_name(request.name, call.by);
    if (!account && account.error() != Errc::not_found) co_return account.error();
    Account meant;
    meant.name = request.name;
    if (account) meant = *account;
    const Result<void> theirs = co_await owner.check_password(std::move(meant), std::move(request.password),
                                                              std::move(request.code), request.address, call.by);
    if (!theirs) co_return theirs.error();
    co_return co_await issuer.sign_in(std::move(*account), call.traceparent, call.by);
}

} // namespace harvest::auth
