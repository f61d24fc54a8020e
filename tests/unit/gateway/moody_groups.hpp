// The Groups store, whose rosters cannot be read at times.
#pragma once

#include "common/ports/groups.hpp"

#include <optional>
#include <utility>

namespace harvest::test {

class MoodyGroups final : public Groups {
public:
    explicit MoodyGroups(Groups& inner) : inner_(inner) {}
    AsyncResult<Group> found(Group group, GroupOrder order, Deadline by) override
    {
        return inner_.found(std::move(group), std::move(order), by);
    }
    AsyncResult<Group> get(GroupId group, Deadline by) override { return inner_.get(std::move(group), by); }
    AsyncResult<Group> of(PlayerId player, Deadline by) override { return inner_.of(std::move(player), by); }
    AsyncResult<std::vector<RosterEntry>> members(GroupId group, Deadline by) override
    {
        if (no_roster) co_return *no_roster;
        co_return co_await inner_.members(std::move(group), by);
    }
    AsyncResult<std::vector<Group>> find(GroupFilter filter, Deadline by) override
    {
        return inner_.find(std::move(filter), by);
    }
    AsyncResult<Group> change(GroupOrder order, GroupChange change, Deadline by) override
    {
        return inner_.change(std::move(order), std::move(change), by);
    }
    AsyncResult<std::optional<Notification>> invite(GroupOrder order, Deadline by) override
    {
        return inner_.invite(std::move(order), by);
    }
    AsyncResult<std::vector<GroupInvite>> invites(PlayerId player, Deadline by) override
    {
        return inner_.invites(std::move(player), by);
    }
    AsyncResult<void> decline(GroupOrder order, Deadline by) override { return inner_.decline(std::move(order), by); }
    AsyncResult<Group> join(GroupOrder order, Deadline by) override { return inner_.join(std::move(order), by); }
    AsyncResult<void> leave(GroupOrder order, Deadline by) override { return inner_.leave(std::move(order), by); }
    AsyncResult<void> remove(GroupOrder order, Deadline by) override { return inner_.remove(std::move(order), by); }
    AsyncResult<void> set_role(GroupOrder order, protocol::GroupRole role, Deadline by) override
    {
        return inner_.set_role(std::move(order), role, by);
    }
    std::optional<Errc> no_roster;

private:
    Groups& inner_;
};

} // namespace harvest::test
