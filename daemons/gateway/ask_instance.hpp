// Passes an economy action on to any instance over Rpc and its answer back.
#pragma once

#include "common/ports/rpc.hpp"
#include "common/protocol/farm.hpp"
#include "daemons/gateway/call.hpp"

namespace harvest::gateway {

// The reply's JSON as a response, or the instance's refusal.
Task<HttpResponse> ask_instance(Rpc& rpc, std::string method, protocol::PlayerCall asked, const Call& call);

// An action: its body is read as `Body` here, so that faults are told by member; its key comes from the header.
template <class Body>
Task<HttpResponse> pass_action(Rpc& rpc, std::string method, const Call& call)
{
    std::string why;
    const Result<Body> body = read_body<Body>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    protocol::PlayerCall asked;
    asked.player = call.who.player;
    asked.key = std::string(call.request.header("idempotency-key"));
    asked.request.text = protocol::encode(*body);
    co_return co_await ask_instance(rpc, std::move(method), std::move(asked), call);
}

} // namespace harvest::gateway
