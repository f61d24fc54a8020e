// Steps on the rows of groups that several stores take, each within a transaction.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/records/group.hpp"

#include <optional>

namespace harvest::sql {

struct Membership {
    GroupId group;
    protocol::GroupRole role{};
};

// The chat channel of a group, as kept.
std::string group_channel(const GroupId& group);
Result<std::optional<Membership>> membership_of(Connection& connection, const PlayerId& player);
// Takes the player out of its group, gives the lead on, and ends a group that is empty.
Result<void> take_out(Connection& connection, const PlayerId& player, const Membership& membership);

} // namespace harvest::sql
