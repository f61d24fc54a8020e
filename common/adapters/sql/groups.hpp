// The Groups store. Writing transactions come one after the other, so what a rule has read still holds when it writes.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/groups.hpp"

namespace harvest::sql {

class SqlGroups final : public Groups {
public:
    explicit SqlGroups(Database& database) : database_(database) {}

    AsyncResult<Group> found(Group group, GroupOrder order, Deadline by) override;
    AsyncResult<Group> get(GroupId group, Deadline by) override;
    AsyncResult<Group> of(PlayerId player, Deadline by) override;
    AsyncResult<std::vector<RosterEntry>> members(GroupId group, Deadline by) override;
    AsyncResult<std::vector<Group>> find(GroupFilter filter, Deadline by) override;
    AsyncResult<Group> change(GroupOrder order, GroupChange change, Deadline by) override;
    AsyncResult<std::optional<Notification>> invite(GroupOrder order, Deadline by) override;
    AsyncResult<std::vector<GroupInvite>> invites(PlayerId player, Deadline by) override;
    AsyncResult<void> decline(GroupOrder order, Deadline by) override;
    AsyncResult<Group> join(GroupOrder order, Deadline by) override;
    AsyncResult<void> leave(GroupOrder order, Deadline by) override;
    AsyncResult<void> remove(GroupOrder order, Deadline by) override;
    AsyncResult<void> set_role(GroupOrder order, protocol::GroupRole role, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
