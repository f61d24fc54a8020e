// Passes a request on to auth over Rpc and its answer back.
#pragma once

#include "common/ports/rpc.hpp"
#include "daemons/gateway/call.hpp"

namespace harvest::gateway {

// Gives the reply's JSON. Errors: auth's own, unavailable, timed_out, in_doubt.
AsyncResult<std::string> ask_auth(Rpc& rpc, std::string method, std::string body, const Call& call);

// `Asked` is what auth takes: the client's `Body` and the address that it came from.
template <class Body, class Asked>
Task<HttpResponse> pass_on(Rpc& rpc, std::string method, int status, const Call& call)
{
    std::string why;
    Result<Body> body = read_body<Body>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    Asked asked;
    static_cast<Body&>(asked) = std::move(*body);
    asked.address = call.address;
    const Result<std::string> answer = co_await ask_auth(rpc, std::move(method), protocol::encode(asked), call);
    if (!answer) co_return problem(call, answer.error());
    co_return status == 204 ? no_content() : json_reply(status, *answer);
}

// The same of a player, whose name is in what auth takes too.
template <class Body, class Asked>
Task<HttpResponse> pass_own(Rpc& rpc, std::string method, int status, const Call& call)
{
    std::string why;
    Result<Body> body = read_body<Body>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    Asked asked;
    static_cast<Body&>(asked) = std::move(*body);
    asked.player = call.who.player;
    asked.address = call.address;
    const Result<std::string> answer = co_await ask_auth(rpc, std::move(method), protocol::encode(asked), call);
    if (!answer) co_return problem(call, answer.error());
    co_return status == 204 ? no_content() : json_reply(status, *answer);
}

} // namespace harvest::gateway
