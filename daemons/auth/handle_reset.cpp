#include "common/base/log.hpp"
#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

namespace harvest::auth {
namespace {

using protocol::AccountErrc;

// Errors: not_found.
AsyncResult<Account> find_account(Accounts& accounts, Credentials& credentials, protocol::AskResetCall request,
                                  Deadline by)
{
    if (request.name) co_return co_await accounts.find_by_name(*request.name, by);
    if (!request.email) co_return Errc::not_found;
    const Result<PlayerId> player = co_await credentials.find_by_email(*request.email, by);
    if (!player) co_return player.error();
    co_return co_await accounts.get(*player, by);
}

} // namespace

Task<void> handle_ask_reset(Accounts& accounts, Credentials& credentials, Letters& letters,
                            protocol::AskResetCall request, CallInfo call)
{
    const Result<Account> account = co_await find_account(accounts, credentials, std::move(request), call.by);
    Result<void> sent = account ? Result<void>{} : account.error();
    if (account) {
        const Result<std::string> email = co_await credentials.email(account->id, call.by);
        sent = email ? Result<void>{} : email.error();
        if (email) sent = co_await letters.send(*account, MailPurpose::reset, *email, call.by);
    }
    if (!sent && sent.error() != Errc::not_found)
        log::warn("a letter with a reset token was not sent", {{"error.message", sent.error().message()}});
}

AsyncResult<protocol::Nothing> handle_reset(Accounts& accounts, Credentials& credentials, Passwords& passwords,
                                            UserEvents& events, const TokenSigner& signer, SecurityTrail& trail,
                                            const Clock& clock, protocol::ResetCall request, CallInfo call)
{
    const TokenHash hash = signer.hash(request.token);
    const Result<MailToken> token = co_await credentials.find_token(hash, MailPurpose::reset, clock.now(), call.by);
    if (!token && token.error() == Errc::not_found) co_return AccountErrc::bad_token;
    if (!token) co_return token.error();
    const Result<Account> account = co_await accounts.get(token->player, call.by);
    if (!account) co_return account.error();
    if (const Result<void> ok = check_password(account->name, request.password); !ok) co_return ok.error();
    Result<std::string> phc = co_await passwords.hash(std::move(request.password), call.by);
    if (!phc) co_return phc.error();
    std::vector<OutboxEvent> gone = events.revoked(account->id, std::nullopt, "password", call.traceparent);
    const Result<void> changed =
        co_await credentials.reset_password(hash, std::move(*phc), clock.now(), std::move(gone), call.by);
    if (!changed && changed.error() == Errc::not_found) co_return AccountErrc::bad_token; // another came first
    if (!changed) co_return changed.error();
    trail.note({"account.password_reset", account->id.value, request.address});
    co_return protocol::Nothing();
}

} // namespace harvest::auth
