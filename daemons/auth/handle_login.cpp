#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

namespace harvest::auth {

AsyncResult<TokenPair> handle_login(Accounts& accounts, Passwords& passwords, GuessLimits& guesses, Issuer& issuer,
                                    protocol::LoginCall request, CallInfo call)
{
    // No account can have such a name or password: nothing is learned from a quick refusal.
    if (!check_name(request.name) || !plausible_password(request.password))
        co_return protocol::AuthErrc::bad_credentials;
    const GuessLimits::Keys keys = GuessLimits::keys(name_key(request.name), request.address);
    const Result<void> allowed = co_await guesses.begin(keys, call.by);
    if (!allowed) co_return allowed.error();

    Result<Account> account = co_await accounts.find_by_name(request.name, call.by);
    const bool unknown = !account && account.error() == Errc::not_found;
    if (!account && !unknown) {
        co_await guesses.end(keys, false, call.by);
        co_return account.error();
    }
    // An empty hash (unknown name, device account) is compared with a dummy: the same path, the same time.
    const std::string phc = unknown ? std::string() : account->password_hash;
    const Result<bool> same = co_await passwords.verify(std::move(request.password), phc, call.by);
    co_await guesses.end(keys, same && !*same, call.by);
    if (!same) co_return same.error();
    if (!*same) co_return protocol::AuthErrc::bad_credentials;
    co_return co_await issuer.sign_in(std::move(*account), call.traceparent, call.by);
}

} // namespace harvest::auth
