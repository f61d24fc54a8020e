#include "common/adapters/sql/group_rows.hpp"

namespace harvest::sql {
namespace {

using protocol::GroupRole;

Result<void> end_group(Connection& connection, const GroupId& group)
{
    for (const std::string_view statement :
         {"DELETE FROM group_invites WHERE group_id = $1", "DELETE FROM groups WHERE id = $1"})
        if (const Result<Rows> gone = connection.execute(statement, {group.value}); !gone) return gone.error();
    return {};
}

} // namespace

std::string group_channel(const GroupId& group)
{
    return "group:" + group.value;
}

Result<std::optional<Membership>> membership_of(Connection& connection, const PlayerId& player)
{
    const Result<Rows> rows =
        connection.execute("SELECT group_id, role FROM group_members WHERE player = $1", {player.value});
    if (!rows) return rows.error();
    std::optional<Membership> found;
    if (!rows->empty())
        found = Membership{GroupId{rows->front().text(0)}, static_cast<GroupRole>(rows->front().integer(1))};
    return found;
}

Result<void> take_out(Connection& connection, const PlayerId& player, const Membership& membership)
{
    Result<Rows> step = connection.execute("DELETE FROM group_members WHERE player = $1", {player.value});
    if (step)
        step = connection.execute("DELETE FROM chat_marks WHERE player = $1 AND channel = $2",
                                  {player.value, group_channel(membership.group)});
    if (!step) return step.error();
    if (membership.role != GroupRole::leader) return {};
    const Result<Rows> next = connection.execute(
        "SELECT player FROM group_members WHERE group_id = $1 ORDER BY role DESC, since, player LIMIT 1",
        {membership.group.value});
    if (!next) return next.error();
    if (next->empty()) return end_group(connection, membership.group);
    const Result<Rows> leads =
        connection.execute("UPDATE group_members SET role = $2 WHERE player = $1",
                           {next->front().text(0), static_cast<std::int64_t>(GroupRole::leader)});
    if (!leads) return leads.error();
    return {};
}

} // namespace harvest::sql
