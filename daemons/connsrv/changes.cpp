#include "daemons/connsrv/changes.hpp"

namespace harvest::connsrv {

void Changes::add(protocol::PresenceEntry entry)
{
    const auto [place, added] = places_.try_emplace(entry.player.value);
    if (added)
        place->second = waiting_.insert(waiting_.end(), std::move(entry));
    else
        place->second->status = std::move(entry.status);
}

std::vector<protocol::PresenceEntry> Changes::take(std::size_t most)
{
    std::vector<protocol::PresenceEntry> taken;
    while (taken.size() < most && !waiting_.empty()) {
        places_.erase(waiting_.front().player.value);
        taken.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return taken;
}

} // namespace harvest::connsrv
