// presence.set, presence.subscribe, and the push presence.changed.
#include "common/protocol/session.hpp"
#include "daemons/connsrv/connsrv.hpp"

#include <algorithm>
#include <array>

namespace harvest::connsrv {
namespace {

constexpr std::array<std::string_view, 3> statuses{"online", "away", "busy"};
constexpr std::size_t max_watched = 100;

} // namespace

void Connsrv::tell_status(const PlayerId& player, const std::string& status)
{
    const protocol::PresenceEntry entry{player, status};
    std::vector<Roster::Delivery> deliveries;
    roster_.push_watchers(player, "presence.changed", protocol::encode(entry), deliveries);
    deliver(deliveries);
}

Task<Reply> Connsrv::handle_presence_set(Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    const Result<protocol::PresenceSetRequest> data = read_data<protocol::PresenceSetRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    if (std::find(statuses.begin(), statuses.end(), data->status) == statuses.end())
        co_return Reply(LiveErrc::bad_message, "status: is not one of online away busy");
    Live* live = roster_.find(caller.player, caller.session);
    if (!live) co_return Errc::canceled;
    const bool changed = live->status != data->status;
    live->status = data->status;
    PlayerPresence entry{live->player, live->session, id_, live->device_class, live->status};
    const Result<void> put = co_await presence_.put(std::move(entry), config_.presence_ttl, by);
    if (!put) co_return put.error();
    if (changed) tell_status(caller.player, data->status);
    co_return Reply(std::string("{}"));
}

Task<Reply> Connsrv::handle_presence_subscribe(Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::PresenceSubscribeRequest> data = read_data<protocol::PresenceSubscribeRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    if (data->players.size() > max_watched) co_return Reply(LiveErrc::bad_message, "players: are more than 100");
    Live* live = roster_.find(caller.player, caller.session);
    if (!live) co_return Errc::canceled;
    roster_.watch(*live, data->players);
    protocol::PresenceList list;
    for (const PlayerId& player : data->players) {
        const Result<std::vector<PlayerPresence>> found = co_await presence_.find(player, by);
        if (!found) co_return found.error();
        list.players.push_back({player, found->empty() ? "offline" : found->front().status});
    }
    co_return Reply(protocol::encode(list));
}

} // namespace harvest::connsrv
