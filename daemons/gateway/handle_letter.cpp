// What is asked for, or answered, by mail.
#include "common/protocol/credentials.hpp"
#include "daemons/gateway/ask_auth.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_confirm_email(Rpc& rpc, const Call& call)
{
    return pass_on<protocol::ConfirmRequest, protocol::ConfirmCall>(rpc, "confirm_email", 204, call);
}

Task<HttpResponse> handle_ask_reset(Rpc& rpc, const Call& call)
{
    return pass_on<protocol::AskResetRequest, protocol::AskResetCall>(rpc, "ask_reset", 202, call);
}

Task<HttpResponse> handle_reset(Rpc& rpc, const Call& call)
{
    return pass_on<protocol::ResetRequest, protocol::ResetCall>(rpc, "reset", 204, call);
}

} // namespace harvest::gateway
