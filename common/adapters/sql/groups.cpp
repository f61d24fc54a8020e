#include "common/adapters/sql/groups.hpp"

#include "common/adapters/sql/group_rows.hpp"
#include "common/adapters/sql/notification_rows.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/social_rows.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/group_errc.hpp"
#include "common/protocol/social_errc.hpp"

#include <algorithm>

namespace harvest::sql {
namespace {

using protocol::GroupErrc;
using protocol::GroupRole;
using protocol::SocialErrc;

#define GROUP_COLUMNS                                                                                                  \
    "g.id, g.name, g.about, g.is_open, g.founded_at, "                                                                 \
    "(SELECT COUNT(*) FROM group_members m WHERE m.group_id = g.id)"

Group to_group(const Row& row)
{
    return {GroupId{row.text(0)},   row.text(1),   row.text(2), row.integer(3) != 0,
            Millis{row.integer(4)}, row.integer(5)};
}

// ASCII letters only have a case here: check_group_name lets no others in.
std::string key_of(std::string name)
{
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return name;
}

Result<Group> read_group(Connection& connection, const GroupId& id)
{
    const Result<Rows> rows = connection.execute("SELECT " GROUP_COLUMNS " FROM groups g WHERE g.id = $1", {id.value});
    if (!rows) return rows.error();
    if (rows->empty()) return GroupErrc::no_such_group;
    return to_group(rows->front());
}

// The order's player's own. Errors: not_a_member.
Result<Membership> own_membership(Connection& connection, const PlayerId& player)
{
    const Result<std::optional<Membership>> found = membership_of(connection, player);
    if (!found) return found.error();
    if (!*found) return GroupErrc::not_a_member;
    return **found;
}

// Of an elder or the leader. Errors: not_a_member, not_allowed.
Result<Membership> office_of(Connection& connection, const PlayerId& player)
{
    Result<Membership> own = own_membership(connection, player);
    if (own && own->role == GroupRole::member) return GroupErrc::not_allowed;
    return own;
}

// 1 if it is so, 0 if not.
Result<std::int64_t> is_invited(Connection& connection, const PlayerId& player, const GroupId& group)
{
    const Result<Rows> rows = connection.execute("SELECT 1 FROM group_invites WHERE player = $1 AND group_id = $2",
                                                 {player.value, group.value});
    if (!rows) return rows.error();
    return static_cast<std::int64_t>(rows->size());
}

template <class Told>
Result<void> publish(Connection& connection, const GroupOrder& order, const PlayerId& subject, std::string_view type,
                     const Told& told)
{
    Event event;
    event.id = order.event;
    event.type = type;
    event.source = order.source;
    event.subject = subject.value;
    event.traceparent = order.traceparent;
    event.time = order.at;
    event.data = protocol::encode(told);
    return append_event(connection, std::string(protocol::topic::user), event);
}

Result<void> tell_left(Connection& connection, const GroupOrder& order, const PlayerId& player, const GroupId& group,
                       const char* reason)
{
    return publish(connection, order, player, protocol::event_type::group_left,
                   protocol::GroupLeft{player, group, reason});
}

// What was said before one came is not unread, whatever mark is there. Errors: social.no_such_player (the account was
// deleted meanwhile).
Result<void> put_in(Connection& connection, const GroupOrder& order, const GroupId& group, GroupRole role)
{
    const Result<std::string> name = read_name(connection, order.player);
    if (!name) return name.error();
    Result<Rows> step =
        connection.execute("INSERT INTO group_members (player, group_id, role, since) VALUES ($1, $2, $3, $4)",
                           {order.player.value, group.value, static_cast<std::int64_t>(role), order.at.count()});
    if (step)
        step =
            connection.execute("INSERT INTO chat_marks (player, channel, read_up_to) "
                               "VALUES ($1, $2, COALESCE((SELECT last_seq FROM chat_channels WHERE channel = $2), 0)) "
                               "ON CONFLICT (player, channel) DO UPDATE SET read_up_to = excluded.read_up_to",
                               {order.player.value, group_channel(group)});
    if (step) step = connection.execute("DELETE FROM group_invites WHERE player = $1", {order.player.value});
    if (!step) return step.error();
    return publish(connection, order, order.player, protocol::event_type::group_joined,
                   protocol::GroupJoined{order.player, group, role});
}

Result<Group> apply_found(Connection& connection, const Group& group, const GroupOrder& order)
{
    const Result<std::optional<Membership>> before = membership_of(connection, order.player);
    if (!before) return before.error();
    if (*before) return GroupErrc::already_in_one;
    const std::string key = key_of(group.name);
    const Result<Rows> taken = connection.execute("SELECT 1 FROM groups WHERE name_key = $1", {key});
    if (!taken) return taken.error();
    if (!taken->empty()) return GroupErrc::name_taken;
    const Result<Rows> made = connection.execute(
        "INSERT INTO groups (id, name, name_key, about, is_open, founded_at) VALUES ($1, $2, $3, $4, $5, $6)",
        {group.id.value, group.name, key, group.about, std::int64_t{group.open}, order.at.count()});
    if (!made) return made.error();
    const Result<void> in = put_in(connection, order, group.id, GroupRole::leader);
    if (!in) return in.error();
    return read_group(connection, group.id);
}

Result<Group> apply_group_change(Connection& connection, const GroupOrder& order, const GroupChange& change)
{
    const Result<Membership> own = office_of(connection, order.player);
    if (!own) return own.error();
    const Result<Group> before = read_group(connection, own->group);
    if (!before) return before.error();
    const Result<Rows> set = connection.execute(
        "UPDATE groups SET about = $2, is_open = $3 WHERE id = $1",
        {own->group.value, change.about.value_or(before->about), std::int64_t{change.open.value_or(before->open)}});
    if (!set) return set.error();
    return read_group(connection, own->group);
}

Result<std::optional<Notification>> apply_invite(Connection& connection, const GroupOrder& order)
{
    if (order.player == order.other) return SocialErrc::self;
    const Result<Membership> own = office_of(connection, order.player);
    if (!own) return own.error();
    const Result<std::string> name = read_name(connection, order.other);
    if (!name) return name.error();
    const Result<std::int64_t> blocking = has_blocked(connection, order.player, order.other);
    if (!blocking) return blocking.error();
    if (*blocking > 0) return SocialErrc::blocked;
    const Result<std::optional<Membership>> there = membership_of(connection, order.other);
    if (!there) return there.error();
    if (*there && (*there)->group == own->group) return GroupErrc::already_a_member;
    const Result<Group> group = read_group(connection, own->group);
    if (!group) return group.error();
    if (group->members >= group_members_at_most) return GroupErrc::full;
    const Result<std::int64_t> again = is_invited(connection, order.other, own->group);
    if (!again) return again.error();
    const Result<Rows> open =
        connection.execute("SELECT COUNT(*) FROM group_invites WHERE player = $1", {order.other.value});
    if (!open) return open.error();
    if (*again == 0 && open->front().integer(0) >= group_invites_at_most) return GroupErrc::inbox_full;
    // All that can refuse came before the look at the other's blocks: whoever is blocked gets the same answers.
    const Result<std::int64_t> blocked = has_blocked(connection, order.other, order.player);
    if (!blocked) return blocked.error();
    std::optional<Notification> told;
    if (*again > 0 || *blocked > 0) return told;
    const Result<Rows> kept =
        connection.execute("INSERT INTO group_invites (player, group_id, invited_by, at) VALUES ($1, $2, $3, $4)",
                           {order.other.value, own->group.value, order.player.value, order.at.count()});
    if (!kept) return kept.error();
    Result<Notification> added =
        add_notification(connection, order.other, protocol::notification::group_invited, order.player, order.at);
    if (!added) return added.error();
    told = std::move(*added);
    return told;
}

Result<Group> apply_join(Connection& connection, const GroupOrder& order)
{
    const Result<Group> group = read_group(connection, order.group);
    if (!group) return group.error();
    const Result<std::optional<Membership>> before = membership_of(connection, order.player);
    if (!before) return before.error();
    if (*before) return GroupErrc::already_in_one;
    const Result<std::int64_t> invited = is_invited(connection, order.player, order.group);
    if (!invited) return invited.error();
    if (!group->open && *invited == 0) return GroupErrc::not_invited;
    if (group->members >= group_members_at_most) return GroupErrc::full;
    const Result<void> in = put_in(connection, order, order.group, GroupRole::member);
    if (!in) return in.error();
    return read_group(connection, order.group);
}

Result<void> apply_leave(Connection& connection, const GroupOrder& order)
{
    const Result<Membership> own = own_membership(connection, order.player);
    if (!own) return own.error();
    const Result<void> out = take_out(connection, order.player, *own);
    if (!out) return out.error();
    return tell_left(connection, order, order.player, own->group, "left");
}

// Of the other, in the order's player's group. Errors: not_a_member.
Result<Membership> fellow(Connection& connection, const GroupOrder& order, const Membership& own)
{
    Result<Membership> theirs = own_membership(connection, order.other);
    if (theirs && theirs->group != own.group) return GroupErrc::not_a_member;
    return theirs;
}

Result<void> apply_remove(Connection& connection, const GroupOrder& order)
{
    const Result<Membership> own = office_of(connection, order.player);
    if (!own) return own.error();
    const Result<Membership> theirs = fellow(connection, order, *own);
    if (!theirs) return theirs.error();
    if (theirs->role >= own->role) return GroupErrc::not_allowed;
    const Result<void> out = take_out(connection, order.other, *theirs);
    if (!out) return out.error();
    return tell_left(connection, order, order.other, own->group, "removed");
}

Result<void> put_role(Connection& connection, const PlayerId& player, GroupRole role)
{
    const Result<Rows> set = connection.execute("UPDATE group_members SET role = $2 WHERE player = $1",
                                                {player.value, static_cast<std::int64_t>(role)});
    if (!set) return set.error();
    return {};
}

Result<void> apply_role(Connection& connection, const GroupOrder& order, GroupRole role)
{
    const Result<Membership> own = own_membership(connection, order.player);
    if (!own) return own.error();
    const Result<Membership> theirs = fellow(connection, order, *own);
    if (!theirs) return theirs.error();
    if (own->role != GroupRole::leader || order.player == order.other) return GroupErrc::not_allowed;
    Result<void> step = put_role(connection, order.other, role);
    if (step && role == GroupRole::leader) step = put_role(connection, order.player, GroupRole::elder);
    return step;
}

Result<std::vector<Group>> find_groups(Connection& connection, const GroupFilter& filter)
{
    const std::string prefix = key_of(filter.name_prefix);
    const Result<Rows> rows = connection.execute(
        "SELECT " GROUP_COLUMNS " FROM groups g WHERE g.name_key >= $1 AND g.name_key < $2 AND g.name_key > $3 "
        "ORDER BY g.name_key LIMIT $4",
        {prefix, prefix + '\x7f', key_of(filter.after), static_cast<std::int64_t>(filter.limit)});
    if (!rows) return rows.error();
    std::vector<Group> found;
    for (const Row& row : *rows) found.push_back(to_group(row));
    return found;
}

} // namespace

AsyncResult<Group> SqlGroups::found(Group group, GroupOrder order, Deadline by)
{
    return write<Group>(
        database_,
        [group = std::move(group), order = std::move(order)](Connection& connection) {
            return apply_found(connection, group, order);
        },
        by);
}

AsyncResult<Group> SqlGroups::get(GroupId group, Deadline by)
{
    return read<Group>(
        database_, [group = std::move(group)](Connection& connection) { return read_group(connection, group); }, by);
}

AsyncResult<Group> SqlGroups::of(PlayerId player, Deadline by)
{
    return read<Group>(
        database_,
        [player = std::move(player)](Connection& connection) -> Result<Group> {
            const Result<Membership> own = own_membership(connection, player);
            if (!own) return own.error();
            return read_group(connection, own->group);
        },
        by);
}

AsyncResult<std::vector<RosterEntry>> SqlGroups::members(GroupId group, Deadline by)
{
    return read<std::vector<RosterEntry>>(
        database_,
        [group = std::move(group)](Connection& connection) -> Result<std::vector<RosterEntry>> {
            const Result<Rows> rows = connection.execute(
                "SELECT m.player, a.name, m.role, m.since FROM group_members m JOIN accounts a ON a.id = m.player "
                "WHERE m.group_id = $1 ORDER BY m.since, m.player",
                {group.value});
            if (!rows) return rows.error();
            std::vector<RosterEntry> roster;
            for (const Row& row : *rows)
                roster.push_back({PlayerId{row.text(0)}, row.text(1), static_cast<GroupRole>(row.integer(2)),
                                  Millis{row.integer(3)}});
            return roster;
        },
        by);
}

AsyncResult<std::vector<Group>> SqlGroups::find(GroupFilter filter, Deadline by)
{
    return read<std::vector<Group>>(
        database_, [filter = std::move(filter)](Connection& connection) { return find_groups(connection, filter); },
        by);
}

AsyncResult<Group> SqlGroups::change(GroupOrder order, GroupChange change, Deadline by)
{
    return write<Group>(
        database_,
        [order = std::move(order), change = std::move(change)](Connection& connection) {
            return apply_group_change(connection, order, change);
        },
        by);
}

AsyncResult<std::optional<Notification>> SqlGroups::invite(GroupOrder order, Deadline by)
{
    return write<std::optional<Notification>>(
        database_, [order = std::move(order)](Connection& connection) { return apply_invite(connection, order); }, by);
}

AsyncResult<std::vector<GroupInvite>> SqlGroups::invites(PlayerId player, Deadline by)
{
    return read<std::vector<GroupInvite>>(
        database_,
        [player = std::move(player)](Connection& connection) -> Result<std::vector<GroupInvite>> {
            const Result<Rows> rows = connection.execute(
                "SELECT i.group_id, g.name, i.invited_by, i.at FROM group_invites i JOIN groups g ON g.id = i.group_id "
                "WHERE i.player = $1 ORDER BY i.at DESC, i.group_id",
                {player.value});
            if (!rows) return rows.error();
            std::vector<GroupInvite> open;
            for (const Row& row : *rows)
                open.push_back({GroupId{row.text(0)}, row.text(1), PlayerId{row.text(2)}, Millis{row.integer(3)}});
            return open;
        },
        by);
}

AsyncResult<void> SqlGroups::decline(GroupOrder order, Deadline by)
{
    return database_.write(
        [order = std::move(order)](Connection& connection) -> Result<void> {
            const Result<Rows> gone =
                connection.execute("DELETE FROM group_invites WHERE player = $1 AND group_id = $2",
                                   {order.player.value, order.group.value});
            if (!gone) return gone.error();
            return {};
        },
        by);
}

AsyncResult<Group> SqlGroups::join(GroupOrder order, Deadline by)
{
    return write<Group>(
        database_, [order = std::move(order)](Connection& connection) { return apply_join(connection, order); }, by);
}

AsyncResult<void> SqlGroups::leave(GroupOrder order, Deadline by)
{
    return database_.write(
        [order = std::move(order)](Connection& connection) { return apply_leave(connection, order); }, by);
}

AsyncResult<void> SqlGroups::remove(GroupOrder order, Deadline by)
{
    return database_.write(
        [order = std::move(order)](Connection& connection) { return apply_remove(connection, order); }, by);
}

AsyncResult<void> SqlGroups::set_role(GroupOrder order, protocol::GroupRole role, Deadline by)
{
    return database_.write(
        [order = std::move(order), role](Connection& connection) { return apply_role(connection, order, role); }, by);
}

} // namespace harvest::sql
