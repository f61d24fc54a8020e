// Changes of players' statuses that wait to be told: the latest of each player, in the order of their first ones.
#pragma once

#include "common/protocol/session.hpp"

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

namespace harvest::connsrv {

class Changes {
public:
    void add(protocol::PresenceEntry entry);
    // The first so many.
    std::vector<protocol::PresenceEntry> take(std::size_t most);
    bool empty() const { return waiting_.empty(); }

private:
    std::list<protocol::PresenceEntry> waiting_;
    std::unordered_map<std::string, std::list<protocol::PresenceEntry>::iterator> places_; // by player
};

} // namespace harvest::connsrv
