#include "daemons/gateway/ask_auth.hpp"

namespace harvest::gateway {

AsyncResult<std::string> ask_auth(Rpc& rpc, std::string method, std::string body, const Call& call)
{
    RpcRequest request;
    request.daemon = "auth";
    request.method = std::move(method);
    request.body = std::move(body);
    request.traceparent = call.trace.traceparent;
    request.by = call.by;
    co_return co_await rpc.call(std::move(request));
}

} // namespace harvest::gateway
