#include "daemons/gateway/ask_auth.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_jwks(Rpc& rpc, const Call& call)
{
    const Result<std::string> keys = co_await ask_auth(rpc, "jwks", "{}", call);
    if (!keys) co_return problem(call, keys.error());
    HttpResponse response = json_reply(200, *keys);
    response.content_type = "application/jwk-set+json";
    response.headers.emplace_back("Cache-Control", "public, max-age=60");
    co_return response;
}

} // namespace harvest::gateway
