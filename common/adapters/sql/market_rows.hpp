// Rows of orders, trades and candles, inside the transaction of their action.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/records/market.hpp"

namespace harvest::sql {

Result<std::optional<MarketOrder>> find_order(Connection& connection, const OrderId& id);
// The other side's orders that this one's price meets, in the order in which they are met.
Result<std::vector<MarketOrder>> orders_met(Connection& connection, const MarketOrder& order, std::int64_t limit);
Result<std::vector<MarketOrder>> expired_orders(Connection& connection, Millis now, std::int64_t limit);
Result<std::vector<MarketOrder>> orders_of(Connection& connection, const PlayerId& player, bool open_only,
                                           const OrderId& cursor, std::int64_t limit);
Result<std::int64_t> count_open(Connection& connection, const PlayerId& player, Millis now);

Result<void> put_order(Connection& connection, const MarketOrder& order);
// Errors: conflict (it is no longer as it was read: open, with `left_before`).
Result<void> update_order(Connection& connection, const MarketOrder& order, std::int64_t left_before);
// Of the numbered card that the order sells, if it does: before the transfer of its copy. Errors: failed_precondition
// (it is not `from`'s).
Result<void> move_serial(Connection& connection, const MarketOrder& order, const LedgerAccount& from,
                         const LedgerAccount& to, const std::string& reason, Millis now);
// An order that has ended leaves no account behind.
Result<void> drop_escrow(Connection& connection, const MarketOrder& order);
// Ends an open order and gives back what is left of its stake.
Result<void> close_order(Connection& connection, MarketOrder& order, game::economy::OrderState state, Millis now,
                         TransferId id);
Result<void> put_trade(Connection& connection, const game::economy::Placement& placement,
                       const game::economy::Fill& fill, std::int64_t seq);

Result<std::vector<BookLevel>> book_side(Connection& connection, const std::string& asset, game::economy::Side side,
                                         std::int64_t depth, Millis now);
Result<std::vector<MarketTrade>> trades_of(Connection& connection, const std::string& asset, std::int64_t cursor,
                                           std::int64_t limit);
Result<std::vector<Candle>> candles_of(Connection& connection, const std::string& asset, Millis from);

} // namespace harvest::sql
