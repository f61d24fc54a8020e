// party.join: the match daemon decides; whoever tries codes is held up here, by account and by address.
#include "common/protocol/party.hpp"
#include "daemons/connsrv/connsrv.hpp"
#include "daemons/connsrv/forward.hpp"

namespace harvest::connsrv {
namespace {

constexpr RateRule codes_of_player{5, 12s}, codes_of_address{50, 2s};

} // namespace

Task<Reply> Connsrv::handle_party_join(Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::PartyJoinRequest> data = read_data<protocol::PartyJoinRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    if (data->code) {
        const auto door = doors_.find(caller.conn);
        if (door == doors_.end()) co_return Errc::canceled;
        RateDecision tried = limits_.admit("party.player:" + caller.player.value, codes_of_player);
        if (tried.admitted) tried = limits_.admit("party.address:" + door->second.address_key, codes_of_address);
        if (!tried.admitted)
            co_return Reply(make_error_code(Errc::resource_exhausted),
                            "try again in " + std::to_string(tried.retry_after.count()) + " ms");
    }
    const protocol::PlayerPartyJoinRequest call{std::move(caller.player), std::move(*data)};
    std::string body = protocol::encode(call);
    co_return from_result(co_await ask(rpc_, "match", "party.join", std::move(body), request, by));
}

} // namespace harvest::connsrv
