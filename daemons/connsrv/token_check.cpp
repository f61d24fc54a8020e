#include "daemons/connsrv/token_check.hpp"

namespace harvest::connsrv {
namespace {

constexpr Millis fetch_interval = 30s;

} // namespace

AsyncResult<void> TokenCheck::fetch_keys(Deadline by)
{
    RpcRequest request{.daemon = "auth", .id = {}, .method = "jwks", .body = "{}", .traceparent = {}, .by = by};
    fetching_ = true;
    const Result<std::string> keys = co_await rpc_.call(std::move(request));
    fetching_ = false;
    fetched_at_ = clock_.monotonic();
    if (!keys) co_return keys.error();
    const Result<void> used = verifier_.use_keys(*keys);
    if (!used) co_return used.error();
    has_keys_ = true;
    co_return Result<void>{};
}

AsyncResult<AccessClaims> TokenCheck::check(std::string token, Deadline by)
{
    Result<AccessClaims> claims = verifier_.access(token, clock_.now());
    if (claims || claims.error() != Errc::not_found) co_return claims;
    while (fetching_ && clock_.monotonic() < by.at) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(20ms));
        if (!slept) co_return slept.error();
    }
    claims = verifier_.access(token, clock_.now());
    if (claims || claims.error() != Errc::not_found) co_return claims;
    // A key that nobody knows must not make us ask auth for each forged token.
    if (has_keys_ && clock_.monotonic() < fetched_at_ + fetch_interval) co_return Errc::unauthenticated;
    const Result<void> fetched = co_await fetch_keys(by);
    if (!fetched) co_return has_keys_ ? Errc::unauthenticated : Errc::unavailable;
    claims = verifier_.access(token, clock_.now());
    if (!claims && claims.error() == Errc::not_found) co_return Errc::unauthenticated;
    co_return claims;
}

} // namespace harvest::connsrv
