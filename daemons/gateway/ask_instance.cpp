#include "daemons/gateway/ask_instance.hpp"

#include "common/protocol/idempotency.hpp"

namespace harvest::gateway {

Task<HttpResponse> ask_instance(Rpc& rpc, std::string method, protocol::PlayerCall asked, const Call& call)
{
    if (asked.key && !protocol::is_idempotency_key(*asked.key))
        co_return problem(call, make_error_code(protocol::IdempotencyErrc::key_missing), "header Idempotency-Key");
    RpcRequest request;
    request.daemon = "instance";
    request.method = std::move(method);
    request.body = protocol::encode(asked);
    request.traceparent = call.trace.traceparent;
    request.by = call.by;
    const Result<std::string> answer = co_await rpc.call(std::move(request));
    if (!answer) co_return problem(call, answer.error());
    co_return json_reply(200, *answer);
}

} // namespace harvest::gateway
