// /v1/auth/wallet/…: no installation has a chain, so that these say feature_disabled.
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_wallet(const Call& call)
{
    co_return problem(call, make_error_code(Errc::feature_disabled), "this installation has no chain");
}

} // namespace harvest::gateway
