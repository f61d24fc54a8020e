// An account has another name: the event does not tell it, so auth is asked.
#include "common/protocol/names.hpp"
#include "daemons/connsrv/connsrv.hpp"

#include <algorithm>

namespace harvest::connsrv {
namespace {

constexpr Millis first_name_pause = 1s, longest_name_pause = 30s;

} // namespace

// Asked until there is an answer, while the player is here.
Task<void> Connsrv::learn_name(PlayerId player, Millis renamed_at)
{
    for (Millis pause = first_name_pause; !roster_.sessions(player).empty();
         pause = std::min(2 * pause, longest_name_pause)) {
        const protocol::NameRequest request{player};
        RpcRequest call{.daemon = "auth",
                        .id = {},
                        .method = "name",
                        .body = protocol::encode(request),
                        .traceparent = {},
                        .by = clock_.after(config_.call_timeout)};
        const Result<std::string> reply = co_await rpc_.call(std::move(call));
        if (reply) {
            const auto named = protocol::decode<protocol::NameReply>(*reply, nullptr, protocol::Unknown::ignore);
            if (named) roster_.rename(player, named->name, renamed_at);
            co_return;
        }
        if (!errc_row(classify(reply.error())).retryable) co_return;
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(pause));
        if (!slept) co_return;
    }
}

} // namespace harvest::connsrv
