#include "daemons/auth/second_check.hpp"

#include "common/base/base32.hpp"
#include "common/protocol/auth_errc.hpp"

namespace harvest::auth {

using protocol::AuthErrc;

AsyncResult<void> SecondCheck::check(PlayerId player, std::optional<std::string> code, Deadline by)
{
    const Result<SecondFactor> factor = co_await factors_.get(player, by);
    if (!factor && factor.error() != Errc::not_found) co_return factor.error();
    if (!factor || factor->confirmed_at == Millis{0}) co_return Result<void>{};
    if (!code) co_return AuthErrc::code_required;
    const Result<std::int64_t> step = codes_.check(factor->box, player, *code, factor->last_step, clock_.now());
    if (!step && step.error() != Errc::not_found) co_return step.error();
    Result<void> used = Errc::internal;
    if (step)
        used = co_await factors_.use_step(player, *step, by);
    else
        used = co_await factors_.use_recovery(player, recovery_hash(signer_, player, *code), by);
    if (!used && used.error() == Errc::not_found) co_return AuthErrc::bad_code;
    co_return used;
}

std::string write_recovery_code(ByteView bits)
{
    std::string code = to_base32(bits);
    for (std::size_t at = 4; at < code.size(); at += 5) code.insert(at, 1, '-');
    return code;
}

TokenHash recovery_hash(const TokenSigner& signer, const PlayerId& player, std::string_view code)
{
    std::string text = player.value + ':';
    for (const char c : code)
        if (c != '-') text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return signer.hash(text);
}

} // namespace harvest::auth
