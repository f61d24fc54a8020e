#include "common/protocol/account.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_account(const Call& call)
{
    protocol::AccountInfo info;
    info.id = call.who.player;
    info.name = call.who.name;
    info.bot = call.who.bot;
    // An account is made in the millisecond that its id tells.
    const Result<Millis> created = ulid_time(std::string_view(call.who.player.value).substr(2));
    info.created_at = to_rfc3339(created ? *created : Millis{});
    info.session = call.who.session;
    info.token_expires_at = to_rfc3339(call.who.expires_at);
    co_return reply(info);
}

} // namespace harvest::gateway
