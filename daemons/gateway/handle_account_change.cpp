// /v1/account: what auth changes of an account for its owner.
#include "common/protocol/auth.hpp"
#include "common/protocol/credentials.hpp"
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
    return pass_own<protocol::OwnerProof, protocol::OwnerCall>(rpc, "forget", 204, call);
}

Task<HttpResponse> handle_account_device(Rpc& rpc, const Call& call)
{
    return pass_own<protocol::LinkDeviceRequest, protocol::LinkDeviceCall>(rpc, "link_device", 204, call);
}

Task<HttpResponse> handle_account_password(Rpc& rpc, const Call& call)
{
    return pass_own<protocol::LinkPasswordRequest, protocol::LinkPasswordCall>(rpc, "link_password", 204, call);
}

Task<HttpResponse> handle_account_email(Rpc& rpc, const Call& call)
{
    return pass_own<protocol::EmailRequest, protocol::EmailCall>(rpc, "email", 202, call);
}

Task<HttpResponse> handle_account_totp(Rpc& rpc, const Call& call)
{
    return pass_own<protocol::OwnerProof, protocol::OwnerCall>(rpc, "totp", 200, call);
}

Task<HttpResponse> handle_account_totp_confirm(Rpc& rpc, const Call& call)
{
    return pass_own<protocol::CodeRequest, protocol::CodeCall>(rpc, "confirm_totp", 200, call);
}

Task<HttpResponse> handle_account_totp_delete(Rpc& rpc, const Call& call)
{
    return pass_own<protocol::OwnerProof, protocol::OwnerCall>(rpc, "drop_totp", 204, call);
}

} // namespace harvest::gateway
