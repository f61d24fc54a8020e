// Co-operatives of farms as kept (harvest-game(7) §7). A player is in one at most.
#pragma once

#include "common/base/time.hpp"
#include "common/ports/records/social.hpp"
#include "common/protocol/groups.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace harvest {

inline constexpr std::int64_t group_members_at_most = 50, group_invites_at_most = 50; // invitations of a player

struct Group {
    GroupId id;
    std::string name, about;
    bool open{};
    Millis founded_at{};
    std::int64_t members{};
};

struct RosterEntry {
    PlayerId player;
    std::string name;
    protocol::GroupRole role{};
    Millis since{};
};

struct GroupInvite {
    GroupId group;
    std::string name; // of the group
    PlayerId by;
    Millis at{};
};

// What a player does about a group, or about another member (SocialOrder::other) of its own.
struct GroupOrder : SocialOrder {
    GroupId group;
};

struct GroupFilter {
    std::string name_prefix; // without regard to case
    std::string after;       // the name that the last page ended with
    std::size_t limit{50};
};

struct GroupChange {
    std::optional<std::string> about;
    std::optional<bool> open;
};

} // namespace harvest
