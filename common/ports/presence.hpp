// Who is connected where, and which daemons are up; entries vanish when they are not renewed.
#pragma once

#include "common/base/ids.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace harvest {

struct PlayerPresence {
    PlayerId player;
    SessionId session;
    std::string connsrv;      // daemon id that holds the socket: "connsrv-0"
    std::string device_class; // "desktop", "web", "mobile", "bot"
    std::string status;       // "online", "away", "busy", "in_match"
};

struct DaemonPresence {
    std::string daemon; // "instance"
    std::string id;     // "instance-0"
    std::string state;  // "starting", "ready", "degraded", "draining"
    std::map<std::string, std::int64_t> load;
    // Where known: which daemon a slot is of, where it runs, what, and since when.
    std::string kind = {}, host = {}, version = {};
    Millis started_at{};
};

class Presence {
public:
    virtual ~Presence() = default;
    virtual AsyncResult<void> put(PlayerPresence presence, Millis ttl, Deadline by) = 0;
    // Does nothing if another session has taken the place meanwhile, or this one is at another connsrv by now.
    virtual AsyncResult<void> remove(PlayerId player, SessionId session, std::string connsrv, Deadline by) = 0;
    virtual AsyncResult<std::vector<PlayerPresence>> find(PlayerId player, Deadline by) = 0;
    virtual AsyncResult<std::int64_t> count(Deadline by) = 0;
    virtual AsyncResult<void> announce(DaemonPresence daemon, Millis ttl, Deadline by) = 0;
    virtual AsyncResult<std::vector<DaemonPresence>> daemons(Deadline by) = 0;
};

} // namespace harvest
