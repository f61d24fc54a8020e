#include "common/protocol/auth.hpp"
#include "daemons/gateway/ask_auth.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_refresh(Rpc& rpc, const Call& call)
{
    std::string why;
    const Result<protocol::RefreshRequest> body = read_body<protocol::RefreshRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    const Result<std::string> answer = co_await ask_auth(rpc, "refresh", protocol::encode(*body), call);
    if (!answer) co_return problem(call, answer.error());
    co_return json_reply(200, *answer);
}

} // namespace harvest::gateway
