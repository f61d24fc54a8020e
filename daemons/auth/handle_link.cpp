// One more way into an account: a device, or the first password of a device account.
#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

namespace harvest::auth {

using protocol::AccountErrc;

AsyncResult<protocol::Nothing> handle_link_device(Accounts& accounts, Credentials& credentials, OwnerCheck& owner,
                                                  const TokenSigner& signer, protocol::LinkDeviceCall request,
                                                  CallInfo call)
{
    if (const Result<void> ok = check_device_secret(request.device); !ok) co_return ok.error();
    const Result<Account> account = co_await accounts.get(request.player, call.by);
    if (!account) co_return account.error();
    protocol::OwnerProof proof{request.password, request.secret, request.code};
    const Result<void> theirs = co_await owner.check(*account, std::move(proof), request.address, call.by);
    if (!theirs) co_return theirs.error();
    const Result<void> linked = co_await credentials.set_device(account->id, signer.hash(request.device), call.by);
    if (!linked && linked.error() == Errc::already_exists) co_return AccountErrc::device_taken;
    if (!linked) co_return linked.error();
    co_return protocol::Nothing();
}

AsyncResult<protocol::Nothing> handle_link_password(Accounts& accounts, Credentials& credentials, Passwords& passwords,
                                                    OwnerCheck& owner, protocol::LinkPasswordCall request,
                                                    CallInfo call)
{
    const Result<Account> account = co_await accounts.get(request.player, call.by);
    if (!account) co_return account.error();
    if (!account->password_hash.empty()) co_return AccountErrc::has_password;
    if (const Result<void> ok = check_password(account->name, request.next); !ok) co_return ok.error();
    protocol::OwnerProof proof{request.password, request.secret, request.code};
    const Result<void> theirs = co_await owner.check(*account, std::move(proof), request.address, call.by);
    if (!theirs) co_return theirs.error();
    Result<std::string> phc = co_await passwords.hash(std::move(request.next), call.by);
    if (!phc) co_return phc.error();
    const Result<void> linked = co_await credentials.add_password(account->id, std::move(*phc), call.by);
    if (!linked && linked.error() == Errc::failed_precondition) co_return AccountErrc::has_password;
    if (!linked) co_return linked.error();
    co_return protocol::Nothing();
}

} // namespace harvest::auth
