#include "daemons/connsrv/service.hpp"

#include "common/base/assert.hpp"
#include "common/base/gcra.hpp"
#include "common/base/id_time.hpp"
#include "common/protocol/live.hpp"

#include <algorithm>

namespace harvest::connsrv {

Outbox::Outbox(std::vector<std::string> pushes, std::int64_t last_seq) : kept_(std::move(pushes)), next_(last_seq + 1)
{
    for (const std::string& push : kept_) bytes_ += push.size();
}

std::string Outbox::add(std::string_view op, std::string_view data, const Limits& limits)
{
    std::string bytes = protocol::encode_push(op, next_++, data);
    bytes_ += bytes.size();
    kept_.push_back(bytes);
    std::size_t gone = 0;
    while (kept_.size() - gone > limits.resume_messages || bytes_ > limits.resume_bytes) bytes_ -= kept_[gone++].size();
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(gone));
    return bytes;
}

void Outbox::acknowledge(std::int64_t seq)
{
    if (seq < first_seq()) return;
    const std::int64_t count = std::min(seq, next_ - 1) - first_seq() + 1;
    for (std::int64_t i = 0; i < count; ++i) bytes_ -= kept_[static_cast<std::size_t>(i)].size();
    kept_.erase(kept_.begin(), kept_.begin() + count);
}

Result<std::vector<std::string>> Outbox::after(std::int64_t last_seq) const
{
    const std::int64_t first = first_seq();
    if (last_seq < first - 1 || last_seq >= next_) return LiveErrc::cannot_resume;
    return std::vector<std::string>(kept_.begin() + (last_seq + 1 - first), kept_.end());
}

bool Seen::first_time(const EventId& event)
{
    if (!ids_.insert(event.value).second) return false;
    if (ring_.size() < capacity_) {
        ring_.push_back(event.value);
        return true;
    }
    ids_.erase(ring_[next_]);
    ring_[next_] = event.value;
    next_ = (next_ + 1) % capacity_;
    return true;
}

ConnId Roster::opened(Millis now)
{
    const ConnId conn = next_++;
    Connection& connection = connections_[conn];
    connection.opened_at = now;
    unsigned_.insert(conn);
    return conn;
}

Connection* Roster::connection(ConnId conn)
{
    const auto found = connections_.find(conn);
    return found == connections_.end() ? nullptr : &found->second;
}

void Roster::attach(Live& live, ConnId conn)
{
    Connection* connection = this->connection(conn);
    HARVEST_ASSERT(connection && !connection->live);
    connection->live = &live;
    live.conn = conn;
    unsigned_.erase(conn);
}

// The session loses its connection, which keeps no way back to it.
void Roster::detach(Live& live)
{
    if (Connection* old = connection(live.conn)) {
        old->live = nullptr;
        old->closing = true;
    }
    live.conn = 0;
    dropped_.erase({live.dropped_at, live.number});
}

void Roster::closed(ConnId conn, Millis now)
{
    const auto found = connections_.find(conn);
    if (found == connections_.end()) return;
    if (Live* live = found->second.live) {
        live->conn = 0;
        live->dropped_at = now;
        dropped_[{now, live->number}] = live;
        changed(*live);
    }
    unsigned_.erase(conn);
    connections_.erase(found);
}

Roster::Admitted Roster::admit(ConnId conn, SignIn who, Millis now)
{
    Admitted admitted;
    for (const Ended& ended : replace(who.player, who.device_class))
        if (ended.conn) admitted.replaced.push_back(ended.conn);
    auto live = std::make_unique<Live>();
    live->number = next_number_++;
    live->player = std::move(who.player);
    live->session = std::move(who.session);
    live->name = std::move(who.name);
    live->device_class = std::move(who.device_class);
    live->resume = std::move(who.resume);
    live->fence = std::move(who.fence);
    live->renew_at = live->recheck_at = now;
    admitted.live = live.get();
    attach(*live, conn);
    changed(*live);
    ++sessions_;
    players_[live->player.value][live->device_class] = std::move(live);
    return admitted;
}

Result<Roster::Resumed> Roster::resume(ConnId conn, const PlayerId& player, const SessionId& session,
                                       std::string_view secret, std::int64_t last_seq, Millis now)
{
    for (Live* live : sessions(player)) {
        if (live->session != session || live->resume != secret) continue;
        if (live->conn == 0 && now >= live->dropped_at + limits_.resume_within) return LiveErrc::cannot_resume;
        Result<std::vector<std::string>> pushes = live->outbox.after(last_seq);
        if (!pushes) return pushes.error();
        Resumed resumed{.live = live, .replaced = live->conn, .pushes = std::move(*pushes), .watching = {}};
        detach(*live);
        live->outbox.acknowledge(last_seq);
        attach(*live, conn);
        changed(*live);
        return resumed;
    }
    return LiveErrc::cannot_resume;
}

void Roster::push_one(Live& live, std::string_view op, std::string_view data, std::vector<Delivery>& out)
{
    std::string bytes = live.outbox.add(op, data, limits_);
    changed(live);
    if (live.conn) out.push_back({live.conn, std::move(bytes)});
}

std::size_t Roster::push(const PlayerId& player, std::string_view op, std::string_view data, std::vector<Delivery>& out)
{
    std::size_t count = 0;
    for (Live* live : sessions(player)) {
        push_one(*live, op, data, out);
        ++count;
    }
    return count;
}

std::size_t Roster::push_to(const Listeners& listeners, const std::string& key, std::string_view op,
                            std::string_view data, std::vector<Delivery>& out)
{
    const auto found = listeners.find(key);
    if (found == listeners.end()) return 0;
    for (const auto& [number, live] : found->second) push_one(*live, op, data, out);
    return found->second.size();
}

std::size_t Roster::push_channel(const std::string& channel, std::string_view op, std::string_view data,
                                 std::vector<Delivery>& out)
{
    return push_to(channels_, channel, op, data, out);
}

bool Roster::hears(const std::string& channel, const std::vector<PlayerId>& to) const
{
    if (to.empty()) return channels_.contains(channel);
    return std::any_of(to.begin(), to.end(), [&](const PlayerId& player) { return players_.contains(player.value); });
}

std::size_t Roster::push_watchers(const PlayerId& player, std::string_view op, std::string_view data,
                                  std::vector<Delivery>& out)
{
    return push_to(watchers_, player.value, op, data, out);
}

Roster::Ended Roster::end(std::map<std::string, Devices>::iterator player, Devices::iterator device)
{
    Live& live = *device->second;
    Ended ended{live.player, live.session, live.conn};
    for (const std::string& channel : std::set<std::string>(live.channels)) leave(live, channel);
    watch(live, {});
    detach(live);
    unsaved_.erase(live.number);
    ended_.push_back({live.resume, live.fence});
    --sessions_;
    player->second.erase(device);
    if (player->second.empty()) players_.erase(player);
    return ended;
}

std::vector<Roster::Ended> Roster::revoke(const PlayerId& player, const SessionId& session)
{
    std::vector<Ended> all_ended;
    for (const Live* live : sessions(player)) {
        if (!session.empty() && live->session != session) continue;
        const auto at = players_.find(player.value);
        all_ended.push_back(end(at, at->second.find(live->device_class)));
    }
    return all_ended;
}

std::vector<Roster::Ended> Roster::revoke_begun_by(const PlayerId& player, Millis at, Millis now)
{
    std::vector<Ended> all_ended;
    for (Live* live : sessions(player)) {
        if (made_at(live->session) > at) {
            live->recheck_at = now;
            continue;
        }
        const auto found = players_.find(player.value);
        all_ended.push_back(end(found, found->second.find(live->device_class)));
    }
    return all_ended;
}

std::vector<Roster::Ended> Roster::replace(const PlayerId& player, const std::string& device_class)
{
    const auto at = players_.find(player.value);
    if (at == players_.end()) return {};
    const auto device = at->second.find(device_class);
    if (device == at->second.end()) return {};
    return {end(at, device)};
}

std::vector<ConnId> Roster::silent(Millis now) const
{
    std::vector<ConnId> late;
    for (const ConnId conn : unsigned_) {
        if (now < connections_.at(conn).opened_at + limits_.hello_within) break;
        if (!connections_.at(conn).closing) late.push_back(conn);
    }
    return late;
}

std::vector<Roster::Ended> Roster::expire(Millis now)
{
    std::vector<Ended> all_ended;
    while (!dropped_.empty() && now >= dropped_.begin()->first.first + limits_.resume_within) {
        const Live& live = *dropped_.begin()->second;
        const auto at = players_.find(live.player.value);
        all_ended.push_back(end(at, at->second.find(live.device_class)));
    }
    return all_ended;
}

void Roster::join(Live& live, const std::string& channel)
{
    live.channels.insert(channel);
    channels_[channel][live.number] = &live;
    changed_standing(live);
}

void Roster::leave(Live& live, const std::string& channel)
{
    drop(channels_, channel, live.number);
    live.channels.erase(channel);
    changed_standing(live);
}

void Roster::drop(Listeners& listeners, const std::string& key, std::uint64_t number)
{
    const auto found = listeners.find(key);
    if (found == listeners.end()) return;
    found->second.erase(number);
    if (found->second.empty()) listeners.erase(found);
}

void Roster::watch(Live& live, std::vector<PlayerId> players)
{
    for (const PlayerId& player : live.watching) drop(watchers_, player.value, live.number);
    live.watching = std::move(players);
    for (const PlayerId& player : live.watching) watchers_[player.value][live.number] = &live;
    changed_standing(live);
}

void Roster::hide(const PlayerId& from, const PlayerId& player, std::string_view op, std::string_view data,
                  std::vector<Delivery>& out)
{
    for (Live* live : sessions(from)) {
        ++live->times_blocked;
        if (std::erase(live->watching, player) == 0) continue;
        drop(watchers_, player.value, live->number);
        changed_standing(*live);
        push_one(*live, op, data, out);
    }
}

void Roster::rename(const PlayerId& player, const std::string& name, Millis at)
{
    for (Live* live : sessions(player)) {
        if (at < live->named_at) continue; // renamed again since
        live->name = name;
        live->named_at = at;
    }
}

Live* Roster::find(const PlayerId& player, const SessionId& session)
{
    for (Live* live : sessions(player))
        if (live->session == session) return live;
    return nullptr;
}

bool Roster::fault(Connection& connection, Millis now, Patience::Fault kind) const
{
    return connection.patience.lose(kind, now, limits_.patience);
}

Millis Roster::admit_op(Connection& connection, Op op, Millis now)
{
    const RateRule& rule = op_table()[static_cast<std::size_t>(op)].rule;
    OpBuckets& buckets = connection.live ? buckets_[connection.live->player.value] : connection.buckets;
    std::int64_t& bucket = buckets[static_cast<std::size_t>(op)];
    const std::int64_t burst = rule.burst * limits_.op_burst_factor;
    const GcraDecision decision = gcra(bucket, now.count(), burst, rule.interval.count(), 1);
    bucket = decision.arrival;
    return Millis{decision.retry_after};
}

std::size_t Roster::forget_unused_ops(std::size_t most, Millis now)
{
    const auto is_new = [now](std::int64_t arrival) { return arrival <= now.count(); };
    for (std::size_t count = std::min(most, buckets_.size()); count > 0; --count) {
        auto next = buckets_.upper_bound(looked_at_);
        if (next == buckets_.end()) next = buckets_.begin();
        looked_at_ = next->first;
        if (std::all_of(next->second.begin(), next->second.end(), is_new)) buckets_.erase(next);
    }
    return buckets_.size();
}

std::vector<Live*> Roster::sessions(const PlayerId& player)
{
    std::vector<Live*> found;
    if (const auto at = players_.find(player.value); at != players_.end())
        for (const auto& [device, live] : at->second) found.push_back(live.get());
    return found;
}

std::vector<Live*> Roster::all()
{
    std::vector<Live*> found;
    for (const auto& [player, devices] : players_)
        for (const auto& [device, live] : devices) found.push_back(live.get());
    return found;
}

std::vector<ConnId> Roster::connections() const
{
    std::vector<ConnId> found;
    found.reserve(connections_.size());
    for (const auto& [conn, connection] : connections_) found.push_back(conn);
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace harvest::connsrv
