#include "common/protocol/auth.hpp"
#include "daemons/gateway/ask_auth.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_register(Rpc& rpc, const Call& call)
{
    return pass_on<protocol::RegisterRequest, protocol::RegisterCall>(rpc, "register", 201, call);
}

} // namespace harvest::gateway
