#include "daemons/auth/owner_check.hpp"

#include "daemons/auth/service.hpp"

namespace harvest::auth {

using protocol::AuthErrc;

AsyncResult<void> OwnerCheck::check(Account account, protocol::OwnerProof proof, std::string address, Deadline by)
{
    if (!proof.password && !proof.secret) co_return Errc::invalid_argument;
    if (account.password_hash.empty()) {
        // 256 random bits: nobody guesses them.
        if (!proof.secret || !account.device_secret || signer_.hash(*proof.secret) != *account.device_secret)
            co_return AuthErrc::bad_credentials;
        co_return Result<void>{};
    }
    if (!proof.password || !plausible_password(*proof.password)) co_return AuthErrc::bad_credentials;
    co_return co_await check_password(std::move(account), std::move(*proof.password), std::move(proof.code),
                                      std::move(address), by);
}

AsyncResult<void> OwnerCheck::check_password(Account account, std::string password, std::optional<std::string> code,
                                             std::string address, Deadline by)
{
    const GuessLimits::Keys keys = GuessLimits::keys(name_key(account.name), address);
    const Result<GuessLimits::Verdict> verdict = co_await guesses_.begin(keys, by);
    if (!verdict) co_return verdict.error();
    if (*verdict != GuessLimits::Verdict::may_try) {
        const bool is_account = *verdict == GuessLimits::Verdict::account_full;
        trail_.note({is_account ? "account.locked" : "address.locked", is_account ? account.id.value : "",
                     std::move(address), true});
        co_return AuthErrc::too_many_failures;
    }
    const Result<bool> same = co_await passwords_.verify(std::move(password), account.password_hash, by);
    Result<void> outcome = same ? Result<void>{AuthErrc::bad_credentials} : same.error();
    if (same && *same) outcome = co_await second_.check(account.id, std::move(code), by);
    const bool guessed =
        !outcome && (outcome.error() == AuthErrc::bad_credentials || outcome.error() == AuthErrc::bad_code);
    co_await guesses_.end(keys, guessed);
    co_return outcome;
}

} // namespace harvest::auth
