// PATCH and DELETE /v1/account: what auth does with an account of its owner's.
#include "common/protocol/auth.hpp"
#include "daemons/gateway/ask_auth.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_account_rename(Rpc& rpc, const Call& call)
{
    std::string why;
    Result<protocol::RenameRequest> body = read_body<protocol::RenameRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    protocol::RenameCall asked;
    static_cast<protocol::RenameRequest&>(asked) = std::move(*body);
    asked.player = call.who.player;
    asked.session = call.who.session;
    const Result<std::string> answer = co_await ask_auth(rpc, "rename", protocol::encode(asked), call);
    if (!answer) co_return problem(call, answer.error());
    co_return json_reply(200, *answer);
}

Task<HttpResponse> handle_account_delete(Rpc& rpc, const Call& call)
{
    std::string why;
    Result<protocol::ForgetRequest> body = read_body<protocol::ForgetRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    protocol::ForgetCall asked;
    static_cast<protocol::ForgetRequest&>(asked) = std::move(*body);
    asked.player = call.who.player;
    asked.address = call.address;
    const Result<std::string> answer = co_await ask_auth(rpc, "forget", protocol::encode(asked), call);
    if (!answer) co_return problem(call, answer.error());
    co_return no_content();
}

} // namespace harvest::gateway
