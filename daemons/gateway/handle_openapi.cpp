#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/openapi.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_openapi(const Call&)
{
    HttpResponse response = json_reply(200, openapi_json());
    response.headers.emplace_back("Cache-Control", "public, max-age=300");
    co_return response;
}

} // namespace harvest::gateway
