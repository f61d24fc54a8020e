// Tickets that open nothing any more: those of a player from before all of its sessions ended.
#pragma once

#include "common/ports/tokens.hpp"

#include <optional>
#include <unordered_map>

namespace harvest::instance {

class TicketBars {
public:
    struct Bar {
        Millis until{};               // tickets issued by then
        std::optional<Millis> banned; // when its player was banned from everything
    };

    void bar(const PlayerId& player, Millis at, bool banned, Millis now);
    // A ticket tells seconds: one that came within the same second as its bar counts as older.
    bool bars(const PlayerId& player, Millis issued_at) const;
    // Since `begun`.
    bool banned_since(const PlayerId& player, Millis begun) const;
    std::size_t size() const { return players_.size(); }

private:
    void forget(Millis now);

    std::unordered_map<std::string, Bar> players_;
    Millis forgot_at_{};
};

} // namespace harvest::instance
