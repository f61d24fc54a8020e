#include "common/adapters/memory/memory_presence.hpp"

#include "common/adapters/memory/yield.hpp"

namespace harvest::memory {
namespace {

constexpr std::size_t max_daemons = 1'000;

} // namespace

MemoryPresence::MemoryPresence(const Clock& clock, std::size_t capacity) : clock_(clock), capacity_(capacity) {}

void MemoryPresence::erase(std::map<std::string, Devices>::iterator player, Devices::iterator device)
{
    expiries_.erase({device->second.expires, player->first, device->first});
    player->second.erase(device);
    if (player->second.empty()) players_.erase(player);
}

void MemoryPresence::forget_expired()
{
    const Millis now = clock_.monotonic();
    while (!expiries_.empty() && std::get<0>(*expiries_.begin()) <= now) {
        const auto [when, player, device] = *expiries_.begin();
        const auto at = players_.find(player);
        erase(at, at->second.find(device));
    }
    std::erase_if(daemons_, [now](const auto& entry) { return entry.second.expires <= now; });
}

AsyncResult<void> MemoryPresence::put(PlayerPresence presence, Millis ttl, Deadline by)
{
    co_await yield();
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    forget_expired();
    const Millis expires = clock_.monotonic() + ttl;
    Devices& devices = players_[presence.player.value];
    const auto old = devices.find(presence.device_class);
    if (old != devices.end()) {
        expiries_.erase({old->second.expires, presence.player.value, presence.device_class});
    } else if (expiries_.size() >= capacity_) {
        if (devices.empty()) players_.erase(presence.player.value);
        co_return Errc::resource_exhausted;
    }
    expiries_.emplace(expires, presence.player.value, presence.device_class);
    Entry& entry = devices[presence.device_class];
    entry.expires = expires;
    entry.presence = std::move(presence);
    co_return Result<void>{};
}

AsyncResult<void> MemoryPresence::remove(PlayerId player, SessionId session, std::string connsrv, Deadline by)
{
    co_await yield();
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    const auto at = players_.find(player.value);
    if (at == players_.end()) co_return Result<void>{};
    for (auto device = at->second.begin(); device != at->second.end(); ++device)
        if (device->second.presence.session == session && device->second.presence.connsrv == connsrv) {
            erase(at, device);
            break;
        }
    co_return Result<void>{};
}

AsyncResult<std::vector<PlayerPresence>> MemoryPresence::find(PlayerId player, Deadline by)
{
    co_await yield();
    std::vector<PlayerPresence> found;
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    forget_expired();
    if (const auto at = players_.find(player.value); at != players_.end())
        for (const auto& [device, entry] : at->second) found.push_back(entry.presence);
    co_return found;
}

AsyncResult<std::int64_t> MemoryPresence::count(Deadline by)
{
    co_await yield();
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    forget_expired();
    co_return static_cast<std::int64_t>(players_.size());
}

AsyncResult<void> MemoryPresence::announce(DaemonPresence daemon, Millis ttl, Deadline by)
{
    co_await yield();
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    forget_expired();
    if (daemons_.size() >= max_daemons && !daemons_.contains(daemon.id)) co_return Errc::resource_exhausted;
    Announced& announced = daemons_[daemon.id];
    announced.expires = clock_.monotonic() + ttl;
    announced.daemon = std::move(daemon);
    co_return Result<void>{};
}

AsyncResult<std::vector<DaemonPresence>> MemoryPresence::daemons(Deadline by)
{
    co_await yield();
    std::vector<DaemonPresence> up;
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    forget_expired();
    for (const auto& [id, announced] : daemons_) up.push_back(announced.daemon);
    co_return up;
}

} // namespace harvest::memory
