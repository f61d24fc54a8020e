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
constexpr Millis meet_every = 2s, met_for = 10s, meet_wait = 1s, tell_wait = 1s, look_every = 1s;
constexpr Millis meet_at_first = 200ms; // for the first few times: all of them come up together
constexpr int first_times = 15;
constexpr std::size_t told_at_once = 500; // a small part of what a call may carry

} // namespace

void Connsrv::tell_watchers(const protocol::PresenceEntry& entry)
{
    std::vector<Roster::Delivery> deliveries;
    roster_.push_watchers(entry.player, "presence.changed", protocol::encode(entry), deliveries);
    deliver(deliveries);
}

void Connsrv::tell_status(const PlayerId& player, const std::string& status)
{
    protocol::PresenceEntry entry{player, status};
    tell_watchers(entry);
    changes_.add(std::move(entry));
    changed_.ring();
}

// Who the others are, and that this one is there.
Task<void> Connsrv::meet_others()
{
    for (int times = 0;; ++times) {
        DaemonPresence self{"connsrv", id_, draining_ ? "draining" : "ready", load()};
        (void)co_await presence_.announce(std::move(self), met_for, clock_.after(meet_wait));
        const Result<std::vector<DaemonPresence>> up = co_await presence_.daemons(clock_.after(meet_wait));
        if (up) {
            others_.clear();
            for (const DaemonPresence& each : *up)
                if (each.daemon == "connsrv" && each.id != id_) others_.push_back(each.id);
        }
        const Millis pause = times < first_times ? meet_at_first : meet_every;
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(pause));
        if (!slept) co_return;
    }
}

// One call after the other, so that no change overtakes another; one who is gone is soon no longer among them.
Task<void> Connsrv::tell_others()
{
    for (;;) {
        while (changes_.empty()) {
            const Result<void> rung = co_await changed_.wait();
            if (!rung) co_return;
        }
        protocol::PresenceList list;
        list.players = changes_.take(told_at_once);
        const Result<void> told = co_await send_statuses(std::move(list));
        if (!told) co_return;
    }
}

AsyncResult<void> Connsrv::send_statuses(protocol::PresenceList list)
{
    const std::string body = protocol::encode(list);
    const std::vector<std::string> others = others_;
    for (const std::string& other : others) {
        RpcRequest call{.daemon = "connsrv",
                        .id = other,
                        .method = "statuses",
                        .body = body,
                        .traceparent = {},
                        .by = clock_.after(tell_wait)};
        const Result<std::string> told = co_await rpc_.call(std::move(call));
        if (!told && told.error() == Errc::canceled) co_return Errc::canceled;
    }
    co_return Result<void>{};
}

// Of sessions that this server gives up: whoever is elsewhere by then is not taken for offline there.
Task<void> Connsrv::say_goodbye(const std::vector<std::pair<PlayerId, SessionId>>& left, Deadline by)
{
    for (std::size_t from = 0; from < left.size() && clock_.monotonic() < by.at; from += told_at_once) {
        protocol::PresenceList list;
        for (std::size_t i = from; i < std::min(left.size(), from + told_at_once); ++i)
            list.players.push_back({left[i].first, "offline"});
        const Result<void> told = co_await send_statuses(std::move(list));
        if (!told) co_return;
    }
}

// Rpc "statuses": changes of players who are signed in at another connection server. That one has gone offline there is
// looked into: the word of where the player is by now may have come first.
AsyncResult<std::string> Connsrv::handle_statuses(std::string body, Deadline by)
{
    const auto list = protocol::decode<protocol::PresenceList>(body, nullptr, protocol::Unknown::ignore);
    if (!list) co_return list.error();
    for (const protocol::PresenceEntry& entry : list->players) {
        unsure_.erase(entry.player.value);
        if (!roster_.is_watched(entry.player)) continue;
        if (entry.status == "offline") {
            const Result<std::vector<PlayerPresence>> there = co_await presence_.find(entry.player, by);
            if (!there && there.error() == Errc::canceled) co_return Errc::canceled;
            if (!there) unsure_.insert(entry.player.value);
            if (!there || !there->empty() || !roster_.sessions(entry.player).empty()) continue;
        }
        tell_watchers(entry);
    }
    co_return std::string("{}");
}

// At those whom presence did not tell about when they were said to be offline.
Task<void> Connsrv::look_again()
{
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(look_every));
        if (!slept) co_return;
        const std::vector<std::string> unsure(unsure_.begin(), unsure_.end());
        for (const std::string& each : unsure) {
            const PlayerId player{each};
            if (!roster_.is_watched(player)) unsure_.erase(each);
            if (!unsure_.contains(each)) continue;
            const Result<std::vector<PlayerPresence>> there = co_await presence_.find(player, clock_.after(meet_wait));
            if (!there && there.error() == Errc::canceled) co_return;
            if (!there) break;
            if (unsure_.erase(each) == 0) continue; // there is later word
            if (there->empty() && roster_.sessions(player).empty()) tell_watchers({player, "offline"});
        }
    }
}

// A session is over; its player is offline unless there is another one, here or elsewhere.
AsyncResult<void> Connsrv::leave(PlayerId player, SessionId session)
{
    if (roster_.find(player, session)) co_return Result<void>{}; // back, with the same token
    const Result<void> gone = co_await presence_.remove(player, session, id_, clock_.after(meet_wait));
    if (Live* back = roster_.find(player, session)) back->renew_at = clock_.monotonic(); // its entry may be gone
    if (!gone) co_return gone;
    if (!roster_.sessions(player).empty()) co_return Result<void>{};
    const Result<std::vector<PlayerPresence>> left = co_await presence_.find(player, clock_.after(meet_wait));
    if (!left) co_return left.error();
    if (left->empty() && roster_.sessions(player).empty()) tell_status(player, "offline");
    co_return Result<void>{};
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
    const std::string before = live->status;
    const bool changed = before != data->status;
    if (changed) roster_.set_status(*live, data->status);
    std::string fence = live->fence;
    const Result<void> put = co_await put_presence(caller.player, std::move(fence), by);
    if (!put) {
        live = roster_.find(caller.player, caller.session);
        if (live && changed) roster_.set_status(*live, before); // nobody was told
        co_return put.error();
    }
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
