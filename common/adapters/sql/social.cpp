#include "common/adapters/sql/social.hpp"

#include "common/adapters/sql/living.hpp"
#include "common/adapters/sql/notification_rows.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/social_rows.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/social_errc.hpp"

namespace harvest::sql {
namespace {

using protocol::FriendState;
using protocol::SocialErrc;
namespace event_type = protocol::event_type;
namespace notification = protocol::notification;

Result<std::optional<Tie>> find_tie(Connection& connection, const PlayerId& player, const PlayerId& other)
{
    const Result<Rows> rows = connection.execute(
        "SELECT state, since FROM social_ties WHERE player = $1 AND other = $2", {player.value, other.value});
    if (!rows) return rows.error();
    std::optional<Tie> tie;
    if (rows->empty()) return tie;
    const Row& row = rows->front();
    tie = Tie{other, {}, static_cast<FriendState>(row.integer(0)), Millis{row.integer(1)}};
    return tie;
}

Result<void> put_tie(Connection& connection, const PlayerId& player, const PlayerId& other, FriendState state,
                     Millis since)
{
    const Result<Rows> put =
        connection.execute("INSERT INTO social_ties (player, other, state, since) VALUES ($1, $2, $3, $4) "
                           "ON CONFLICT (player, other) DO UPDATE SET state = excluded.state, since = excluded.since",
                           {player.value, other.value, static_cast<std::int64_t>(state), since.count()});
    if (!put) return put.error();
    return {};
}

Result<std::int64_t> drop_tie(Connection& connection, const PlayerId& player, const PlayerId& other)
{
    return change(connection, "DELETE FROM social_ties WHERE player = $1 AND other = $2", {player.value, other.value});
}

// Refuses with `code` where the player has that many already.
Result<void> leave_room(Connection& connection, const PlayerId& player, FriendState state, std::int64_t at_most,
                        SocialErrc code)
{
    const Result<Rows> rows = connection.execute("SELECT COUNT(*) FROM social_ties WHERE player = $1 AND state = $2",
                                                 {player.value, static_cast<std::int64_t>(state)});
    if (!rows) return rows.error();
    if (rows->front().integer(0) >= at_most) return code;
    return {};
}

template <class Told>
Result<void> publish(Connection& connection, const SocialOrder& order, std::string_view type, const Told& told)
{
    Event event;
    event.id = order.event;
    event.type = type;
    event.source = order.source;
    event.subject = order.player.value;
    event.traceparent = order.traceparent;
    event.time = order.at;
    event.data = protocol::encode(told);
    return append_event(connection, std::string(protocol::topic::user), event);
}

// The other's request becomes a friendship.
Result<FriendChange> befriend(Connection& connection, const SocialOrder& order, std::string name)
{
    Result<void> step =
        leave_room(connection, order.player, FriendState::friends, friends_at_most, SocialErrc::too_many_friends);
    if (step)
        step = leave_room(connection, order.other, FriendState::friends, friends_at_most, SocialErrc::friends_full);
    if (step) step = put_tie(connection, order.player, order.other, FriendState::friends, order.at);
    if (step) step = put_tie(connection, order.other, order.player, FriendState::friends, order.at);
    if (!step) return step.error();
    const Result<Notification> told =
        add_notification(connection, order.other, notification::friend_accepted, order.player, order.at);
    if (!told) return told.error();
    step = publish(connection, order, event_type::friend_accepted, protocol::UserPair{order.player, order.other});
    if (!step) return step.error();
    return FriendChange{{order.other, std::move(name), FriendState::friends, order.at}, *told};
}

Result<FriendChange> apply_ask(Connection& connection, const SocialOrder& order)
{
    if (order.player == order.other) return SocialErrc::self;
    const Result<void> living = check_living(connection, order.player);
    if (!living) return living.error();
    Result<std::string> name = read_name(connection, order.other);
    if (!name) return name.error();
    const Result<std::optional<Tie>> tie = find_tie(connection, order.player, order.other);
    if (!tie) return tie.error();
    if (*tie && (*tie)->state == FriendState::incoming) return befriend(connection, order, std::move(*name));
    if (*tie) return (*tie)->state == FriendState::friends ? SocialErrc::already_friends : SocialErrc::already_asked;
    const Result<std::int64_t> blocking = has_blocked(connection, order.player, order.other);
    if (!blocking) return blocking.error();
    if (*blocking > 0) return SocialErrc::blocked;
    // All that can refuse comes before the look at the other's blocks: whoever is blocked gets the same answers.
    Result<void> step =
        leave_room(connection, order.player, FriendState::friends, friends_at_most, SocialErrc::too_many_friends);
    if (step)
        step = leave_room(connection, order.player, FriendState::outgoing, requests_at_most,
                          SocialErrc::too_many_requests);
    if (step)
        step = leave_room(connection, order.other, FriendState::incoming, requests_at_most, SocialErrc::inbox_full);
    if (step) step = put_tie(connection, order.player, order.other, FriendState::outgoing, order.at);
    if (!step) return step.error();
    FriendChange asked{{order.other, std::move(*name), FriendState::outgoing, order.at}, {}};
    const Result<std::int64_t> blocked = has_blocked(connection, order.other, order.player);
    if (!blocked) return blocked.error();
    if (*blocked > 0) return asked;
    step = put_tie(connection, order.other, order.player, FriendState::incoming, order.at);
    if (!step) return step.error();
    Result<Notification> told =
        add_notification(connection, order.other, notification::friend_requested, order.player, order.at);
    if (!told) return told.error();
    asked.told = std::move(*told);
    step = publish(connection, order, event_type::friend_requested, protocol::UserPair{order.player, order.other});
    if (!step) return step.error();
    return asked;
}

Result<FriendChange> apply_accept(Connection& connection, const SocialOrder& order)
{
    Result<std::string> name = read_name(connection, order.other);
    if (!name) return name.error();
    Result<std::optional<Tie>> tie = find_tie(connection, order.player, order.other);
    if (!tie) return tie.error();
    if (!*tie || (*tie)->state == FriendState::outgoing) return SocialErrc::no_request;
    if ((*tie)->state == FriendState::incoming) return befriend(connection, order, std::move(*name));
    (*tie)->name = std::move(*name);
    return FriendChange{std::move(**tie), {}};
}

std::string_view reason_of(FriendState state)
{
    if (state == FriendState::friends) return "removed";
    return state == FriendState::outgoing ? "withdrawn" : "declined";
}

Result<void> apply_part(Connection& connection, const SocialOrder& order)
{
    const Result<std::optional<Tie>> tie = find_tie(connection, order.player, order.other);
    if (!tie) return tie.error();
    if (!*tie) return {};
    const Result<std::int64_t> mine = drop_tie(connection, order.player, order.other);
    if (!mine) return mine.error();
    const Result<std::int64_t> theirs = drop_tie(connection, order.other, order.player);
    if (!theirs) return theirs.error();
    if (*theirs == 0) return {}; // of a request that the other never saw
    const FriendState state = (*tie)->state;
    if (state != FriendState::friends) { // who asks and takes it back again and again must not fill the other's list
        const bool asked = state == FriendState::outgoing;
        const Result<void> forgotten =
            forget_notifications(connection, asked ? order.other : order.player, notification::friend_requested,
                                 asked ? order.player : order.other);
        if (!forgotten) return forgotten.error();
    }
    const protocol::FriendRemoved told{order.player, order.other, std::string(reason_of(state))};
    return publish(connection, order, event_type::friend_removed, told);
}

Result<void> apply_block(Connection& connection, const SocialOrder& order)
{
    if (order.player == order.other) return SocialErrc::self;
    const Result<void> living = check_living(connection, order.player);
    if (!living) return living.error();
    const Result<std::string> name = read_name(connection, order.other);
    if (!name) return name.error();
    const Result<std::int64_t> blocking = has_blocked(connection, order.player, order.other);
    if (!blocking) return blocking.error();
    if (*blocking > 0) return {};
    const Result<Rows> count =
        connection.execute("SELECT COUNT(*) FROM blocks WHERE player = $1", {order.player.value});
    if (!count) return count.error();
    if (count->front().integer(0) >= blocks_at_most) return SocialErrc::too_many_blocks;
    const Result<Rows> made = connection.execute("INSERT INTO blocks (player, blocked) VALUES ($1, $2)",
                                                 {order.player.value, order.other.value});
    if (!made) return made.error();
    for (const auto& [one, two] : {std::pair{&order.player, &order.other}, std::pair{&order.other, &order.player}}) {
        const Result<std::int64_t> dropped = drop_tie(connection, *one, *two);
        if (!dropped) return dropped.error();
    }
    Result<void> step = forget_notifications(connection, order.player, {}, order.other);
    if (step) step = forget_notifications(connection, order.other, notification::friend_requested, order.player);
    if (!step) return step.error();
    return publish(connection, order, event_type::user_blocked, protocol::UserPair{order.player, order.other});
}

Result<void> apply_unblock(Connection& connection, const SocialOrder& order)
{
    const Result<std::int64_t> gone = change(connection, "DELETE FROM blocks WHERE player = $1 AND blocked = $2",
                                             {order.player.value, order.other.value});
    if (!gone) return gone.error();
    if (*gone == 0) return {};
    // A request made meanwhile ends as if it had been declined, and can be made again.
    const Result<std::int64_t> dropped = drop_tie(connection, order.other, order.player);
    if (!dropped) return dropped.error();
    return publish(connection, order, event_type::user_unblocked, protocol::UserPair{order.player, order.other});
}

Result<std::vector<Tie>> read_ties(Connection& connection, const PlayerId& player, const TieFilter& filter)
{
    const auto first = static_cast<std::int64_t>(filter.state.value_or(FriendState::friends));
    const auto last = static_cast<std::int64_t>(filter.state.value_or(FriendState::incoming));
    const Result<Rows> rows = connection.execute(
        "SELECT t.other, a.name, t.state, t.since FROM social_ties t JOIN accounts a ON a.id = t.other "
        "WHERE t.player = $1 AND t.other > $2 AND t.state >= $3 AND t.state <= $4 ORDER BY t.other LIMIT $5",
        {player.value, filter.after.value, first, last, static_cast<std::int64_t>(filter.limit)});
    if (!rows) return rows.error();
    std::vector<Tie> ties;
    for (const Row& row : *rows)
        ties.push_back(
            {PlayerId{row.text(0)}, row.text(1), static_cast<FriendState>(row.integer(2)), Millis{row.integer(3)}});
    return ties;
}

} // namespace

AsyncResult<FriendChange> SqlSocial::ask(SocialOrder order, Deadline by)
{
    return write<FriendChange>(
        database_, [order = std::move(order)](Connection& connection) { return apply_ask(connection, order); }, by);
}

AsyncResult<FriendChange> SqlSocial::accept(SocialOrder order, Deadline by)
{
    return write<FriendChange>(
        database_, [order = std::move(order)](Connection& connection) { return apply_accept(connection, order); }, by);
}

AsyncResult<void> SqlSocial::part(SocialOrder order, Deadline by)
{
    return database_.write([order = std::move(order)](Connection& connection) { return apply_part(connection, order); },
                           by);
}

AsyncResult<std::vector<Tie>> SqlSocial::ties(PlayerId player, TieFilter filter, Deadline by)
{
    return read<std::vector<Tie>>(
        database_,
        [player = std::move(player), filter = std::move(filter)](Connection& connection) {
            return read_ties(connection, player, filter);
        },
        by);
}

AsyncResult<void> SqlSocial::block(SocialOrder order, Deadline by)
{
    return database_.write(
        [order = std::move(order)](Connection& connection) { return apply_block(connection, order); }, by);
}

AsyncResult<void> SqlSocial::unblock(SocialOrder order, Deadline by)
{
    return database_.write(
        [order = std::move(order)](Connection& connection) { return apply_unblock(connection, order); }, by);
}

AsyncResult<std::vector<PlayerId>> SqlSocial::blocks(PlayerId player, Deadline by)
{
    return read<std::vector<PlayerId>>(
        database_,
        [player = std::move(player)](Connection& connection) -> Result<std::vector<PlayerId>> {
            const Result<Rows> rows =
                connection.execute("SELECT blocked FROM blocks WHERE player = $1 ORDER BY blocked", {player.value});
            if (!rows) return rows.error();
            std::vector<PlayerId> all;
            for (const Row& row : *rows) all.push_back(PlayerId{row.text(0)});
            return all;
        },
        by);
}

AsyncResult<std::vector<BlockedPlayer>> SqlSocial::blocked(PlayerId player, PlayerId after, std::size_t limit,
                                                           Deadline by)
{
    return read<std::vector<BlockedPlayer>>(
        database_,
        [player = std::move(player), after = std::move(after),
         limit](Connection& connection) -> Result<std::vector<BlockedPlayer>> {
            const Result<Rows> rows =
                connection.execute("SELECT b.blocked, a.name FROM blocks b JOIN accounts a ON a.id = b.blocked "
                                   "WHERE b.player = $1 AND b.blocked > $2 ORDER BY b.blocked LIMIT $3",
                                   {player.value, after.value, static_cast<std::int64_t>(limit)});
            if (!rows) return rows.error();
            std::vector<BlockedPlayer> page;
            for (const Row& row : *rows) page.push_back({PlayerId{row.text(0)}, row.text(1)});
            return page;
        },
        by);
}

AsyncResult<std::vector<PlayerId>> SqlSocial::blockers(PlayerId player, std::vector<PlayerId> others, Deadline by)
{
    return read<std::vector<PlayerId>>(
        database_,
        [player = std::move(player),
         others = std::move(others)](Connection& connection) -> Result<std::vector<PlayerId>> {
            std::vector<PlayerId> found;
            for (const PlayerId& other : others) {
                const Result<std::int64_t> blocking = has_blocked(connection, other, player);
                if (!blocking) return blocking.error();
                if (*blocking > 0) found.push_back(other);
            }
            return found;
        },
        by);
}

AsyncResult<NotificationPage> SqlSocial::notifications(PlayerId player, std::int64_t before, std::size_t limit,
                                                       Deadline by)
{
    return read<NotificationPage>(
        database_,
        [player = std::move(player), before, limit](Connection& connection) {
            return read_notification_page(connection, player, before, limit);
        },
        by);
}

AsyncResult<std::int64_t> SqlSocial::read_notifications(PlayerId player, std::int64_t up_to, Deadline by)
{
    return write<std::int64_t>(
        database_,
        [player = std::move(player), up_to](Connection& connection) {
            return mark_notifications(connection, player, up_to);
        },
        by);
}

} // namespace harvest::sql
