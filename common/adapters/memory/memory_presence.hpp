// Presence of one process. For any thread; entries expire by the monotonic clock. Full: resource_exhausted.
#pragma once

#include "common/ports/presence.hpp"

#include <mutex>
#include <set>
#include <tuple>

namespace harvest::memory {

class MemoryPresence final : public Presence {
public:
    explicit MemoryPresence(const Clock& clock, std::size_t capacity = 200'000);

    AsyncResult<void> put(PlayerPresence presence, Millis ttl, Deadline by) override;
    AsyncResult<void> remove(PlayerId player, SessionId session, std::string connsrv, Deadline by) override;
    AsyncResult<std::vector<PlayerPresence>> find(PlayerId player, Deadline by) override;
    AsyncResult<std::int64_t> count(Deadline by) override;
    AsyncResult<void> announce(DaemonPresence daemon, Millis ttl, Deadline by) override;
    AsyncResult<std::vector<DaemonPresence>> daemons(Deadline by) override;

private:
    struct Entry {
        PlayerPresence presence;
        Millis expires{};
    };
    struct Announced {
        DaemonPresence daemon;
        Millis expires{};
    };
    using Devices = std::map<std::string, Entry>; // by device class: a newer session takes the place

    void forget_expired();
    void erase(std::map<std::string, Devices>::iterator player, Devices::iterator device);

    const Clock& clock_;
    std::size_t capacity_;
    std::mutex mutex_;
    std::map<std::string, Devices> players_;
    std::set<std::tuple<Millis, std::string, std::string>> expiries_; // (when, player, device class)
    std::map<std::string, Announced> daemons_;
};

} // namespace harvest::memory
