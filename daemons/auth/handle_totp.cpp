// An authenticator app as the second factor of an account with a password: set up, shown to work, taken off.
#include "daemons/auth/handlers.hpp"

#include <fmt/format.h>

namespace harvest::auth {
namespace {

using protocol::AccountErrc;
using protocol::AuthErrc;

constexpr std::size_t recovery_codes = 10;

// The format that apps read from a picture; a name has no letter that would want an escape.
std::string key_uri(const std::string& name, const std::string& secret)
{
    return fmt::format("otpauth://totp/Harvest%20Battles:{}?secret={}&issuer=Harvest%20Battles", name, secret);
}

} // namespace

AsyncResult<protocol::TotpKey> handle_totp(Accounts& accounts, SecondFactors& factors, OwnerCheck& owner,
                                           OneTimeCodes& codes, protocol::OwnerCall request, CallInfo call)
{
    const Result<Account> account = co_await accounts.get(request.player, call.by);
    if (!account) co_return account.error();
    if (account->password_hash.empty()) co_return AuthErrc::no_password;
    protocol::OwnerProof proof{request.password, request.secret, request.code};
    const Result<void> theirs = co_await owner.check(*account, std::move(proof), request.address, call.by);
    if (!theirs) co_return theirs.error();
    CodeKey key = codes.make(account->id);
    const Result<void> begun = co_await factors.begin(account->id, std::move(key.box), call.by);
    if (!begun && begun.error() == Errc::already_exists) co_return AccountErrc::has_totp;
    if (!begun) co_return begun.error();
    co_return protocol::TotpKey{key.secret, key_uri(account->name, key.secret)};
}

AsyncResult<protocol::RecoveryCodes> handle_confirm_totp(SecondFactors& factors, OneTimeCodes& codes,
                                                         const TokenSigner& signer, const Clock& clock,
                                                         Entropy& entropy, protocol::CodeCall request, CallInfo call)
{
    Result<SecondFactor> factor = co_await factors.get(request.player, call.by);
    if (!factor && factor.error() == Errc::not_found) co_return AccountErrc::no_totp;
    if (!factor) co_return factor.error();
    if (factor->confirmed_at > Millis{0}) co_return AccountErrc::has_totp;
    const Result<std::int64_t> step = codes.check(factor->box, request.player, request.code, 0, clock.now());
    if (!step && step.error() == Errc::not_found) co_return AuthErrc::bad_code;
    if (!step) co_return step.error();
    factor->confirmed_at = clock.now();
    factor->last_step = *step;
    protocol::RecoveryCodes told;
    std::vector<TokenHash> kept;
    for (std::size_t i = 0; i < recovery_codes; ++i) {
        told.recovery_codes.push_back(write_recovery_code(entropy.bytes<10>()));
        kept.push_back(recovery_hash(signer, request.player, told.recovery_codes.back()));
    }
    const Result<void> confirmed =
        co_await factors.confirm(request.player, std::move(*factor), std::move(kept), call.by);
    if (!confirmed && confirmed.error() == Errc::failed_precondition) co_return AccountErrc::no_totp; // begun anew
    if (!confirmed) co_return confirmed.error();
    co_return told;
}

AsyncResult<protocol::Nothing> handle_drop_totp(Accounts& accounts, SecondFactors& factors, OwnerCheck& owner,
                                                protocol::OwnerCall request, CallInfo call)
{
    const Result<Account> account = co_await accounts.get(request.player, call.by);
    if (!account) co_return account.error();
    protocol::OwnerProof proof{request.password, request.secret, request.code};
    const Result<void> theirs = co_await owner.check(*account, std::move(proof), request.address, call.by);
    if (!theirs) co_return theirs.error();
    const Result<void> dropped = co_await factors.drop(account->id, call.by);
    if (!dropped && dropped.error() == Errc::not_found) co_return AccountErrc::no_totp;
    if (!dropped) co_return dropped.error();
    co_return protocol::Nothing();
}

} // namespace harvest::auth
