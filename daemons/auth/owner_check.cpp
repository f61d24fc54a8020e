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
    const GuessLimits::Keys keys = GuessLimits::keys(name_key(account.name), address);
    const Result<void> allowed = co_await guesses_.begin(keys, by);
    if (!allowed) co_return allowed.error();
    const Result<bool> same = co_await passwords_.verify(std::move(*proof.password), account.password_hash, by);
    co_await guesses_.end(keys, same && !*same, by);
    if (!same) co_return same.error();
    if (!*same) co_return AuthErrc::bad_credentials;
    co_return Result<void>{};
}

} // namespace harvest::auth
