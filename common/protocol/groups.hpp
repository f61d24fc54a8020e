// Bodies of /v1/group and /v1/groups: co-operatives of farms (harvest-game(7) §7).
#pragma once

#include "common/protocol/json.hpp"

namespace harvest {
using GroupId = Id<'g'>; // a co-operative
}

namespace harvest::protocol {

// An elder invites and removes members; the leader, of whom there is one, also gives roles.
BOOST_DEFINE_ENUM_CLASS(GroupRole, member, elder, leader)

struct GroupInfo {
    GroupId group;
    std::string name, about;
    bool open{}; // anybody may join; else one needs an invitation
    std::int64_t members{};
    std::string founded_at;
};
BOOST_DESCRIBE_STRUCT(GroupInfo, (), (group, name, about, open, members, founded_at))

struct GroupMemberInfo {
    PlayerId player;
    std::string name;
    GroupRole role{};
    std::string since;
};
BOOST_DESCRIBE_STRUCT(GroupMemberInfo, (), (player, name, role, since))

struct GroupDetail : GroupInfo {
    std::vector<GroupMemberInfo> roster; // the longest there first
};
BOOST_DESCRIBE_STRUCT(GroupDetail, (GroupInfo), (roster))

struct GroupList {
    std::vector<GroupInfo> items; // by name
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(GroupList, (), (items, next_cursor))

struct FoundGroupRequest { // POST /v1/groups
    std::string name;
    std::optional<std::string> about;
    std::optional<bool> open; // true if left out
};
BOOST_DESCRIBE_STRUCT(FoundGroupRequest, (), (name, about, open))

struct ChangeGroupRequest { // PATCH /v1/group: at least one of both
    std::optional<std::string> about;
    std::optional<bool> open;
};
BOOST_DESCRIBE_STRUCT(ChangeGroupRequest, (), (about, open))

struct GroupInviteRequest { // POST /v1/group/invites
    PlayerId player;
};
BOOST_DESCRIBE_STRUCT(GroupInviteRequest, (), (player))

struct GroupRoleRequest { // PUT /v1/group/members/{id}
    GroupRole role{};
};
BOOST_DESCRIBE_STRUCT(GroupRoleRequest, (), (role))

struct GroupInviteInfo {
    GroupId group;
    std::string name;
    PlayerId by;
    std::string at;
};
BOOST_DESCRIBE_STRUCT(GroupInviteInfo, (), (group, name, by, at))

struct GroupInviteList {
    std::vector<GroupInviteInfo> items; // the newest first
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(GroupInviteList, (), (items, next_cursor))

// Event harvest.user.group.joined.v1; who founds a group joins it as its leader.
struct GroupJoined {
    PlayerId player;
    GroupId group;
    GroupRole role{};
};
BOOST_DESCRIBE_STRUCT(GroupJoined, (), (player, group, role))

// Event harvest.user.group.left.v1
struct GroupLeft {
    PlayerId player;
    GroupId group;
    std::string reason; // left, removed, deleted
};
BOOST_DESCRIBE_STRUCT(GroupLeft, (), (player, group, reason))

} // namespace harvest::protocol
