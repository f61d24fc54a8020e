#include "common/protocol/auth.hpp"
#include "daemons/gateway/ask_auth.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_password(Rpc& rpc, const Call& call)
{
    std::string why;
    Result<protocol::PasswordRequest> body = read_body<protocol::PasswordRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    protocol::PasswordCall asked;
    static_cast<protocol::PasswordRequest&>(asked) = std::move(*body);
    asked.player = call.who.player;
    asked.address = call.address;
    const Result<std::string> answer = co_await ask_auth(rpc, "password", protocol::encode(asked), call);
    if (!answer) co_return problem(call, answer.error());
    co_return json_reply(200, *answer);
}

} // namespace harvest::gateway
