// The slots of the system's other processes: each process tells by Presence of those that it runs, and hears of the
// rest. Who was there and is gone without having stopped is lost, and told for a while.
#pragma once

#include "cli/api/types.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/presence.hpp"
#include "common/runtime/supervisor.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace harvest::cli::api {

class Peers {
public:
    Peers(const Supervisor* supervisor, Presence& presence, Clock& clock, std::string host, std::string version);

    // Tells and hears again and again, until its wait is canceled.
    Task<void> run();
    // Tells of this process's slots once; `stopped`: that they are over.
    Task<void> tell(bool stopped = false);
    // Errors: those of Presence.
    AsyncResult<void> hear(Deadline by);

    // What was heard: `up` by id. Pure, but for what it keeps.
    void heard(const std::vector<DaemonPresence>& up, const std::set<std::string>& own, Millis now);
    // Those that are up, by id, as of the last time that was heard of them.
    std::vector<DaemonItem> up() const;
    // "instance-1 was last heard of 20 s ago", and "no chat is ready" of a kind that once was. `ready` here.
    std::vector<std::string> troubles(const std::set<std::string>& ready, Millis now) const;
    std::size_t size() const;

private:
    struct Peer {
        DaemonPresence told;
        Millis last{}; // heard of, on the monotonic clock
        bool up{};
    };
    Presence& presence_;
    const Supervisor* supervisor_;
    Clock& clock_;
    std::string host_, version_;
    std::map<std::string, Peer> peers_; // by id
    std::set<std::string> kinds_;       // that were ready once
};

} // namespace harvest::cli::api
