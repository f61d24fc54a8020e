#include "common/protocol/auth.hpp"
#include "daemons/gateway/ask_auth.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_device(Rpc& rpc, const Call& call)
{
    return pass_on<protocol::DeviceRequest, protocol::DeviceCall>(rpc, "device", 200, call);
}

} // namespace harvest::gateway
