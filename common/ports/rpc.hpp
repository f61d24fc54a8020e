// Calls between daemons: encoded JSON bytes, a deadline, a trace, an idempotency key. In process or over mutual TLS.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace harvest {

// Of a request or a reply, whichever way it goes.
inline constexpr std::size_t max_rpc_body_bytes = 1024 * 1024;

// `daemon` is a name ("auth"); `id` one slot of it ("instance-0"), empty for any. `body` and the reply are JSON.
struct RpcRequest {
    std::string daemon;
    std::string id;
    std::string method;
    std::string body;
    std::string traceparent;
    Deadline by;
};

using RpcHandler = std::function<AsyncResult<std::string>(RpcRequest)>;

class Rpc {
public:
    virtual ~Rpc() = default;
    // Errors: the callee's own (domain codes survive the wire), unavailable, timed_out, in_doubt (sent, not answered),
    // invalid_argument (a body beyond max_rpc_body_bytes), resource_exhausted (too many calls at once).
    virtual AsyncResult<std::string> call(RpcRequest request) = 0;
    // Answers calls to `daemon`/`id` by running `handler` on `executor`, until withdraw().
    virtual void serve(std::string daemon, std::string id, Executor executor, RpcHandler handler) = 0;
    virtual void withdraw(const std::string& daemon, const std::string& id) = 0;
};

} // namespace harvest
