// Co-operatives of farms (harvest-game(7) §7). Each call is one transaction, events and notifications included.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/group.hpp"
#include "common/ports/task.hpp"
#include "common/protocol/groups.hpp"

#include <vector>

namespace harvest {

class Groups {
public:
    virtual ~Groups() = default;
    // With the order's player as its leader. Errors: group.already_in_one, name_taken.
    virtual AsyncResult<Group> found(Group group, GroupOrder order, Deadline by) = 0;
    // Errors: group.no_such_group.
    virtual AsyncResult<Group> get(GroupId group, Deadline by) = 0;
    // The player's own. Errors: group.not_a_member.
    virtual AsyncResult<Group> of(PlayerId player, Deadline by) = 0;
    // The longest there first; of no group there is none.
    virtual AsyncResult<std::vector<RosterEntry>> members(GroupId group, Deadline by) = 0;
    // By name.
    virtual AsyncResult<std::vector<Group>> find(GroupFilter filter, Deadline by) = 0;
    // By an elder or the leader. Errors: group.not_a_member, not_allowed.
    virtual AsyncResult<Group> change(GroupOrder order, GroupChange change, Deadline by) = 0;
    // Gives what the invited is told; nothing to whoever has blocked the player, and for a repeat. Errors: social.self,
    // no_such_player, blocked (by the player); group.not_a_member, not_allowed, already_a_member, full, inbox_full.
    virtual AsyncResult<std::optional<Notification>> invite(GroupOrder order, Deadline by) = 0;
    // The newest first.
    virtual AsyncResult<std::vector<GroupInvite>> invites(PlayerId player, Deadline by) = 0;
    // Nothing changes if there is none.
    virtual AsyncResult<void> decline(GroupOrder order, Deadline by) = 0;
    // Errors: group.no_such_group, already_in_one, not_invited, full.
    virtual AsyncResult<Group> join(GroupOrder order, Deadline by) = 0;
    // The elder, else the member who is there longest leads on; with the last one the group ends.
    // Errors: group.not_a_member.
    virtual AsyncResult<void> leave(GroupOrder order, Deadline by) = 0;
    // By an elder or the leader, of whoever has a lower role. Errors: group.not_a_member, not_allowed.
    virtual AsyncResult<void> remove(GroupOrder order, Deadline by) = 0;
    // By the leader, who becomes an elder where it makes another one leader. Errors: group.not_a_member, not_allowed.
    virtual AsyncResult<void> set_role(GroupOrder order, protocol::GroupRole role, Deadline by) = 0;
};

} // namespace harvest
