// Notifications of players inside the transaction of what they tell; numbered from 1 for each player.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/records/social.hpp"

namespace harvest::sql {

// Keeps it, unread, with the next number; the oldest beyond notifications_at_most go. Its name is read from the
// account.
Result<Notification> add_notification(Connection& connection, const PlayerId& player, std::string_view kind,
                                      const PlayerId& about, Millis at);
// Of the owner's own order, instead of what was kept of it before: one entry an order. Nothing without an account.
Result<std::optional<Notification>> add_order_notification(Connection& connection, game::economy::Order order,
                                                           std::string_view kind, Millis at);
// Takes back those about somebody, of one kind or (empty) of all.
Result<void> forget_notifications(Connection& connection, const PlayerId& player, std::string_view kind,
                                  const PlayerId& about);
Result<NotificationPage> read_notification_page(Connection& connection, const PlayerId& player, std::int64_t before,
                                                std::size_t limit);
// Never back: a lower number than before changes nothing. Gives how many are unread.
Result<std::int64_t> mark_notifications(Connection& connection, const PlayerId& player, std::int64_t up_to);

} // namespace harvest::sql
