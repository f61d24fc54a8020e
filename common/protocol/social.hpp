// Bodies of /v1/friends, /v1/blocks and /v1/notifications, the live ops notify.* and the push notify.new
// (harvest-game(7) §7).
#pragma once

#include "common/protocol/json.hpp"
#include "common/protocol/market.hpp"

namespace harvest::protocol {

// How another stands to a player: a friend, somebody asked, somebody who asks.
BOOST_DEFINE_ENUM_CLASS(FriendState, friends, outgoing, incoming)

namespace notification {
inline constexpr std::string_view friend_requested = "friend_requested";
inline constexpr std::string_view friend_accepted = "friend_accepted";
inline constexpr std::string_view group_invited = "group_invited";
inline constexpr std::string_view order_filled = "order_filled"; // wholly, or a part of it
inline constexpr std::string_view order_expired = "order_expired";
} // namespace notification

// POST /v1/friends: one of both.
struct FriendRequest {
    std::optional<PlayerId> player;
    std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(FriendRequest, (), (player, name))

struct FriendInfo {
    PlayerId player;
    std::string name;
    FriendState state{};
    std::string since;
    std::optional<std::string> presence; // of friends, where known: online, away, busy, in_match, offline
};
BOOST_DESCRIBE_STRUCT(FriendInfo, (), (player, name, state, since, presence))

struct FriendList {
    std::vector<FriendInfo> items; // by player
    std::optional<PlayerId> next_cursor;
};
BOOST_DESCRIBE_STRUCT(FriendList, (), (items, next_cursor))

struct BlockInfo {
    PlayerId player;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(BlockInfo, (), (player, name))

struct BlockList {
    std::vector<BlockInfo> items; // by player
    std::optional<PlayerId> next_cursor;
};
BOOST_DESCRIBE_STRUCT(BlockList, (), (items, next_cursor))

// One entry of GET /v1/notifications and notify.list, and the push notify.new.
struct NotificationInfo {
    std::int64_t number{}; // from 1 for each player; newer ones are higher
    std::string kind;      // of namespace notification; later versions add others
    PlayerId player;       // whom it is about; of an order, its owner alone
    std::string name;
    std::string at;
    bool read{};
    std::optional<OrderInfo> order{}; // as it is now
};
BOOST_DESCRIBE_STRUCT(NotificationInfo, (), (number, kind, player, name, at, read, order))

struct NotificationList {
    std::vector<NotificationInfo> items; // the newest first
    std::int64_t unread{};               // of all that are kept
    std::optional<std::int64_t> next_cursor;
};
BOOST_DESCRIBE_STRUCT(NotificationList, (), (items, unread, next_cursor))

struct NotifyListRequest { // of notify.list
    std::optional<std::int64_t> cursor;
};
BOOST_DESCRIBE_STRUCT(NotifyListRequest, (), (cursor))

// POST /v1/notifications/read, notify.read
struct ReadRequest {
    std::int64_t up_to{}; // a number of theirs
};
BOOST_DESCRIBE_STRUCT(ReadRequest, (), (up_to))

struct ReadReply {
    std::int64_t unread{};
};
BOOST_DESCRIBE_STRUCT(ReadReply, (), (unread))

} // namespace harvest::protocol
