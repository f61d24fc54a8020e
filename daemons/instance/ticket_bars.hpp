// Tickets that open nothing any more: those of a player from before all of its sessions ended.
#pragma once

#include "common/ports/tokens.hpp"

#include <unordered_map>

namespace harvest::instance {

class TicketBars {
public:
    // Tickets issued by `until`, a time of the store or of the event log.
    void bar(const PlayerId& player, Millis until, Millis now);
    // A ticket tells seconds: one that came within the same second as its bar counts as older.
    bool bars(const PlayerId& player, Millis issued_at) const;
    std::size_t size() const { return players_.size(); }

private:
    void forget(Millis now);

    std::unordered_map<std::string, Millis> players_; // until then
    Millis forgot_at_{};
};

} // namespace harvest::instance
