#include "common/adapters/sql/notification_rows.hpp"

#include "common/adapters/sql/market_rows.hpp"

#include <limits>
#include <optional>

namespace harvest::sql {
namespace {

Result<std::int64_t> read_mark(Connection& connection, const PlayerId& player)
{
    const Result<Rows> rows =
        connection.execute("SELECT read_up_to FROM notification_marks WHERE player = $1", {player.value});
    if (!rows) return rows.error();
    return rows->empty() ? 0 : rows->front().integer(0);
}

Result<std::int64_t> count_unread(Connection& connection, const PlayerId& player, std::int64_t mark)
{
    const Result<Rows> rows = connection.execute("SELECT COUNT(*) FROM notifications WHERE player = $1 AND number > $2",
                                                 {player.value, mark});
    if (!rows) return rows.error();
    return rows->front().integer(0);
}

// Under the next number of the player's; the oldest beyond notifications_at_most go.
Result<void> keep(Connection& connection, const PlayerId& player, Notification& added)
{
    const Result<Rows> number = connection.execute(
        "INSERT INTO notification_marks (player, last_number, read_up_to) VALUES ($1, 1, 0) "
        "ON CONFLICT (player) DO UPDATE SET last_number = notification_marks.last_number + 1 RETURNING last_number",
        {player.value});
    if (!number) return number.error();
    added.number = number->front().integer(0);
    const Result<Rows> kept = connection.execute(
        "INSERT INTO notifications (player, number, kind, about, at, order_id) VALUES ($1, $2, $3, $4, $5, $6)",
        {player.value, added.number, added.kind, added.about.value, added.at.count(),
         added.order ? std::string_view(added.order->id.value) : std::string_view()});
    if (!kept) return kept.error();
    const Result<Rows> trimmed = connection.execute(
        "DELETE FROM notifications WHERE player = $1 AND number <= "
        "(SELECT number FROM notifications WHERE player = $1 ORDER BY number DESC LIMIT 1 OFFSET $2)",
        {player.value, notifications_at_most});
    if (!trimmed) return trimmed.error();
    return {};
}

Result<Rows> name_of(Connection& connection, const PlayerId& player)
{
    return connection.execute("SELECT name FROM accounts WHERE id = $1", {player.value});
}

} // namespace

Result<Notification> add_notification(Connection& connection, const PlayerId& player, std::string_view kind,
                                      const PlayerId& about, Millis at)
{
    const Result<Rows> name = name_of(connection, about);
    if (!name) return name.error();
    Notification added;
    added.kind = kind;
    added.about = about;
    if (!name->empty()) added.name = name->front().text(0);
    added.at = at;
    const Result<void> kept = keep(connection, player, added);
    if (!kept) return kept.error();
    return added;
}

Result<std::optional<Notification>> add_order_notification(Connection& connection, game::economy::Order order,
                                                           std::string_view kind, Millis at)
{
    const PlayerId owner = order.owner;
    const Result<Rows> name = name_of(connection, owner);
    if (!name) return name.error();
    if (name->empty()) return std::optional<Notification>();
    const Result<Rows> replaced = connection.execute("DELETE FROM notifications WHERE player = $1 AND order_id = $2",
                                                     {owner.value, order.id.value});
    if (!replaced) return replaced.error();
    Notification added;
    added.kind = kind;
    added.about = owner;
    added.name = name->front().text(0);
    added.at = at;
    added.order = std::move(order);
    const Result<void> kept = keep(connection, owner, added);
    if (!kept) return kept.error();
    return std::optional<Notification>(std::move(added));
}

Result<void> forget_notifications(Connection& connection, const PlayerId& player, std::string_view kind,
                                  const PlayerId& about)
{
    const Result<Rows> gone =
        kind.empty() ? connection.execute("DELETE FROM notifications WHERE player = $1 AND about = $2",
                                          {player.value, about.value})
                     : connection.execute("DELETE FROM notifications WHERE player = $1 AND about = $2 AND kind = $3",
                                          {player.value, about.value, kind});
    if (!gone) return gone.error();
    return {};
}

Result<NotificationPage> read_notification_page(Connection& connection, const PlayerId& player, std::int64_t before,
                                                std::size_t limit)
{
    const std::int64_t below = before > 0 ? before : std::numeric_limits<std::int64_t>::max();
    const Result<std::int64_t> mark = read_mark(connection, player);
    if (!mark) return mark.error();
    const Result<std::int64_t> unread = count_unread(connection, player, *mark);
    if (!unread) return unread.error();
    const Result<Rows> rows =
        connection.execute("SELECT n.number, n.kind, n.about, a.name, n.at, n.order_id FROM notifications n LEFT JOIN "
                           "accounts a ON a.id = n.about "
                           "WHERE n.player = $1 AND n.number < $2 ORDER BY n.number DESC LIMIT $3",
                           {player.value, below, static_cast<std::int64_t>(limit)});
    if (!rows) return rows.error();
    NotificationPage page;
    page.unread = *unread;
    for (const Row& row : *rows) {
        page.items.push_back({row.integer(0), row.text(1), PlayerId{row.text(2)}, row.text(3), Millis{row.integer(4)},
                              row.integer(0) <= *mark});
        if (row.text(5).empty()) continue;
        Result<std::optional<MarketOrder>> order = find_order(connection, OrderId{row.text(5)});
        if (!order) return order.error();
        page.items.back().order = std::move(*order);
    }
    return page;
}

Result<std::int64_t> mark_notifications(Connection& connection, const PlayerId& player, std::int64_t up_to)
{
    const Result<Rows> marked = connection.execute(
        "UPDATE notification_marks SET read_up_to = CASE WHEN last_number < $2 THEN last_number ELSE $2 END "
        "WHERE player = $1 AND read_up_to < $2",
        {player.value, up_to});
    if (!marked) return marked.error();
    const Result<std::int64_t> mark = read_mark(connection, player);
    if (!mark) return mark.error();
    return count_unread(connection, player, *mark);
}

} // namespace harvest::sql
