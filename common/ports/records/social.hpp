// Friends, open requests, blocks and notifications as kept (harvest-game(7) §7).
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"
#include "common/protocol/social.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace harvest {

// Most of each that a player may have; requests each way.
inline constexpr std::int64_t friends_at_most = 200, requests_at_most = 100, blocks_at_most = 500;
inline constexpr std::int64_t notifications_at_most = 200;

// What `player` does about `other`; the event, if it changes anything, has this id, source and trace.
struct SocialOrder {
    PlayerId player, other;
    Millis at{};
    EventId event;
    std::string source, traceparent;
};

// Somebody whom a player is friends with, has asked, or is asked by.
struct Tie {
    PlayerId player;
    std::string name;
    protocol::FriendState state{};
    Millis since{};
};

struct TieFilter {
    std::optional<protocol::FriendState> state;
    PlayerId after; // the cursor of the last page
    std::size_t limit{50};
};

struct Notification {
    std::int64_t number{}; // counts up for each player
    std::string kind;      // protocol::notification
    PlayerId about;
    std::string name; // of whom it is about
    Millis at{};
    bool read{};
    std::optional<game::economy::Order> order{}; // of the player's own, as it is now
};

// How the two stand now, and what the other is told of it, if anything.
struct FriendChange {
    Tie tie;
    std::optional<Notification> told;
};

struct BlockedPlayer {
    PlayerId player;
    std::string name;
};

struct NotificationPage {
    std::vector<Notification> items; // the newest first
    std::int64_t unread{};           // of all that are kept
};

} // namespace harvest
