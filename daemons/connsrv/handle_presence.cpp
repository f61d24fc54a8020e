// presence.set, presence.subscribe, and the push presence.changed.
#include "common/protocol/session.hpp"
#include "daemons/connsrv/connsrv.hpp"

#include <algorithm>
#include <array>

namespace harvest::connsrv {
namespace {

constexpr std::array<std::string_view, 3> statuses{"online", "away", "busy"};
constexpr std::size_t max_watched = 100;
constexpr int tries = 5;

} // namespace

void Connsrv::tell_status(const PlayerId& player, const std::string& status)
{
    const protocol::PresenceEntry entry{player, status};
    std::vector<Roster::Delivery> deliveries;
    roster_.push_watchers(player, "presence.changed", protocol::encode(entry), deliveries);
    deliver(deliveries);
}

AsyncResult<void> Connsrv::put_presence(PlayerId player, std::string fence, Deadline by)
{
    Live* live = roster_.find_fence(player, fence);
    if (!live) co_return Errc::canceled;
    PlayerPresence entry{player, live->session, id_, live->device_class, live->status};
    const Result<void> put = co_await presence_.put(std::move(entry), config_.presence_ttl, by);
    if (!put) co_return put.error();
    if (live = roster_.find_fence(player, fence); live) live->displaced = SessionId{};
    co_return Result<void>{};
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
    if (changed) roster_.set_status(*live, data->status);
    std::string fence = live->fence;
    const Result<void> put = co_await put_presence(caller.player, std::move(fence), by);
    if (!put) co_return put.error();
    if (changed) tell_status(caller.player, data->status);
    co_return Reply(std::string("{}"));
}

// Those of `players` who have not blocked the caller. Asked again if somebody blocks the caller meanwhile: the event of
// that may be here already, and the answer from before.
AsyncResult<std::vector<PlayerId>> Connsrv::visible(Caller caller, std::vector<PlayerId> players, Deadline by)
{
    for (int i = 0; i < tries; ++i) {
        const Live* live = roster_.find(caller.player, caller.session);
        if (!live) co_return Errc::canceled;
        const std::int64_t before = live->times_blocked;
        const Result<std::vector<PlayerId>> blockers = co_await social_.blockers(caller.player, players, by);
        if (!blockers) co_return blockers.error();
        live = roster_.find(caller.player, caller.session);
        if (!live) co_return Errc::canceled;
        if (live->times_blocked != before) continue;
        std::erase_if(players, [&](const PlayerId& player) {
            return std::find(blockers->begin(), blockers->end(), player) != blockers->end();
        });
        co_return players;
    }
    co_return Errc::unavailable;
}

// To the one who is blocked the other has gone offline.
void Connsrv::handle_blocked(const PlayerId& player, const PlayerId& blocked, std::vector<Roster::Delivery>& deliveries)
{
    const protocol::PresenceEntry entry{player, "offline"};
    roster_.hide(blocked, player, "presence.changed", protocol::encode(entry), deliveries);
}

Task<Reply> Connsrv::handle_presence_subscribe(Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::PresenceSubscribeRequest> data = read_data<protocol::PresenceSubscribeRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    if (data->players.size() > max_watched) co_return Reply(LiveErrc::bad_message, "players: are more than 100");
    const Result<std::vector<PlayerId>> seen = co_await visible(caller, data->players, by);
    if (!seen) co_return seen.error();
    Live* live = roster_.find(caller.player, caller.session);
    if (!live) co_return Errc::canceled;
    roster_.watch(*live, *seen);
    protocol::PresenceList list;
    for (const PlayerId& player : data->players) {
        if (std::find(seen->begin(), seen->end(), player) == seen->end()) {
            list.players.push_back({player, "offline"});
            continue;
        }
        const Result<std::vector<PlayerPresence>> found = co_await presence_.find(player, by);
        if (!found) co_return found.error();
        list.players.push_back({player, found->empty() ? "offline" : found->front().status});
    }
    co_return Reply(protocol::encode(list));
}

} // namespace harvest::connsrv
