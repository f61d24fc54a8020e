#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

namespace harvest::auth {

using protocol::AccountErrc;

AsyncResult<protocol::Nothing> handle_email(Accounts& accounts, OwnerCheck& owner, Letters& letters,
                                            protocol::EmailCall request, CallInfo call)
{
    if (const Result<void> ok = check_email(request.email); !ok) co_return ok.error();
    const Result<Account> account = co_await accounts.get(request.player, call.by);
    if (!account) co_return account.error();
    protocol::OwnerProof proof{request.password, request.secret, request.code};
    const Result<void> theirs = co_await owner.check(*account, std::move(proof), request.address, call.by);
    if (!theirs) co_return theirs.error();
    const Result<void> sent = co_await letters.send(*account, MailPurpose::verify, request.email, call.by);
    if (!sent) co_return sent.error();
    co_return protocol::Nothing();
}

AsyncResult<protocol::Nothing> handle_confirm_email(Credentials& credentials, const TokenSigner& signer,
                                                    const Clock& clock, protocol::ConfirmCall request, CallInfo call)
{
    const Result<void> verified = co_await credentials.verify_email(signer.hash(request.token), clock.now(), call.by);
    if (!verified && verified.error() == Errc::not_found) co_return AccountErrc::bad_token;
    if (!verified && verified.error() == Errc::already_exists) co_return AccountErrc::email_taken;
    if (!verified) co_return verified.error();
    co_return protocol::Nothing();
}

} // namespace harvest::auth
