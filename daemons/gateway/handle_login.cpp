#include "common/protocol/auth.hpp"
#include "daemons/gateway/ask_auth.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_login(Rpc& rpc, const Call& call)
{
    return pass_on<protocol::LoginRequest, protocol::LoginCall>(rpc, "login", 200, call);
}

} // namespace harvest::gateway
