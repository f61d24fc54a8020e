// Presence of a whole installation in one Redis. Entries expire by Redis' clock, and keys with them: what nobody renews
// leaves nothing behind. A key of another type is replaced.
#pragma once

#include "common/adapters/redis/connection.hpp"
#include "common/ports/presence.hpp"

namespace harvest::redis {

struct PresenceOptions {
    std::string prefix{"harvest:presence:"};
    Millis timeout{1'000};           // longest wait for Redis in a call
    std::int64_t players{1'000'000}; // most at once; then put() gives resource_exhausted
    std::int64_t daemons{1'000};
};

class RedisPresence final : public Presence {
public:
    RedisPresence(RedisConnection& connection, const Clock& clock, PresenceOptions options = {});

    // Errors of all: timed_out, unavailable.
    AsyncResult<void> put(PlayerPresence presence, Millis ttl, Deadline by) override;
    AsyncResult<void> remove(PlayerId player, SessionId session, std::string connsrv, Deadline by) override;
    AsyncResult<std::vector<PlayerPresence>> find(PlayerId player, Deadline by) override;
    AsyncResult<std::int64_t> count(Deadline by) override;
    AsyncResult<void> announce(DaemonPresence daemon, Millis ttl, Deadline by) override;
    AsyncResult<std::vector<DaemonPresence>> daemons(Deadline by) override;

private:
    AsyncResult<Reply> run(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments,
                           Deadline by);
    std::vector<std::string> player_keys(const PlayerId& player) const;

    RedisConnection& connection_;
    const Clock& clock_;
    PresenceOptions options_;
};

} // namespace harvest::redis
