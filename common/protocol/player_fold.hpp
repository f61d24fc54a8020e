// What a player holds, from events alone (harvest-events(7), Value). Sums, so that the order of events does not matter.
#pragma once

#include "common/base/time.hpp"
#include "common/protocol/events.hpp"

#include <map>
#include <set>

namespace harvest::protocol {

// By place and asset, never 0. Places: "player", "escrow" (of the player's orders), "serial" (a numbered card:
// "card.pumpkin_king#7", 1 each).
using Holdings = std::map<std::pair<std::string, std::string>, std::int64_t>;

class PlayerFold {
public:
    struct Untold {
        std::string id, type;
        Millis at{};
    };

    explicit PlayerFold(PlayerId player) : player_(std::move(player)) {}
    // Counts an id once, and only what concerns the player. Errors: invalid_argument (the data is not of its type).
    Result<void> apply(const std::string& id, std::string_view type, Millis at, std::string_view data);

    const Holdings& holdings() const { return holdings_; }
    std::size_t events() const { return seen_.size(); }
    bool registered() const { return registered_; }
    // The earliest event that may have moved value without telling it.
    const std::optional<Untold>& untold() const { return untold_; }
    // The latest event that changed this holding, or "".
    std::string last_event(const std::pair<std::string, std::string>& what) const;

private:
    struct Latest {
        Millis at{};
        std::string id;
    };
    Result<void> count(const std::string& id, std::string_view type, Millis at, std::string_view data);
    void add(const std::string& place, const std::string& asset, std::int64_t amount, const Latest& by);

    PlayerId player_;
    Holdings holdings_;
    std::map<std::pair<std::string, std::string>, Latest> latest_;
    std::set<std::string> seen_; // ids of the player's own events: delivery is at least once
    bool registered_ = false;
    std::optional<Untold> untold_;
};

} // namespace harvest::protocol
