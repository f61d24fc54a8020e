#include "daemons/gateway/token_keys.hpp"

namespace harvest::gateway {

AsyncResult<void> TokenKeys::fetch_if_due(Deadline by)
{
    if (asked_ && clock_.monotonic() < asked_at_ + at_least_) co_return Errc::unauthenticated;
    co_return co_await fetch(by);
}

AsyncResult<void> TokenKeys::fetch(Deadline by)
{
    asked_ = true;
    asked_at_ = clock_.monotonic();
    RpcRequest request;
    request.daemon = "auth";
    request.method = "jwks";
    request.body = "{}";
    request.by = by;
    const Result<std::string> keys = co_await rpc_.call(std::move(request));
    if (!keys) co_return keys.error();
    const Result<void> used = verifier_.use_keys(*keys);
    have_ = have_ || used.has_value();
    co_return used;
}

} // namespace harvest::gateway
