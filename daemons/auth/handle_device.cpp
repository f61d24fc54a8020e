#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

namespace harvest::auth {

AsyncResult<TokenPair> handle_device(Accounts& accounts, const TokenSigner& signer, const Newcomers& newcomers,
                                     Issuer& issuer, protocol::DeviceCall request, CallInfo call)
{
    if (const Result<void> ok = check_device_secret(request.secret); !ok) co_return ok.error();
    if (request.name && !plausible_name(*request.name)) co_return protocol::AuthErrc::bad_name;
    const TokenHash secret = signer.hash(request.secret);
    Result<Account> known = co_await accounts.find_by_device(secret, call.by);
    if (!known && known.error() == Errc::not_found) {
        if (request.name)
            if (const Result<void> ok = check_name(*request.name); !ok) co_return ok.error();
        Account account;
        account.id = new_id<PlayerId>(newcomers.clock, newcomers.entropy);
        account.name = request.name ? *request.name : generated_name(account.id);
        account.device_secret = secret;
        account.bot = request.bot.value_or(false);
        known = co_await newcomers.create(std::move(account), call);
        if (!known && known.error() == Errc::already_exists) {
            // Either this device came twice at once, and the other one made the account, or the name is taken.
            known = co_await accounts.find_by_device(secret, call.by);
            if (!known && known.error() == Errc::not_found) co_return protocol::AuthErrc::name_taken;
        }
    }
    if (!known) co_return known.error();
    co_return co_await issuer.sign_in(std::move(*known), call.traceparent, call.by);
}

} // namespace harvest::auth
