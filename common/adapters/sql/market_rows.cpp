#include "common/adapters/sql/market_rows.hpp"

#include "common/adapters/sql/numbered_cards.hpp"
#include "common/adapters/sql/transfers.hpp"

#include <fmt/format.h>

#include <limits>

namespace harvest::sql {

namespace economy = game::economy;
using economy::Side;

namespace {

#define ORDER_COLUMNS                                                                                                  \
    "id, player, asset, side, price, quantity, remaining, earned, state, seq, opened_at, expires_at, closed_at, "      \
    "card_number"

MarketOrder read_order(const Row& row)
{
    MarketOrder order;
    order.id = OrderId{row.text(0)};
    order.owner = PlayerId{row.text(1)};
    order.asset = row.text(2);
    order.side = row.integer(3) == 0 ? Side::buy : Side::sell;
    order.price = row.integer(4);
    order.quantity = row.integer(5);
    order.left = row.integer(6);
    order.earned = row.integer(7);
    order.state = static_cast<economy::OrderState>(row.integer(8));
    order.seq = row.integer(9);
    order.opened_at = Millis{row.integer(10)};
    order.expires_at = Millis{row.integer(11)};
    order.closed_at = Millis{row.integer(12)};
    order.serial = row.integer(13);
    return order;
}

Result<std::vector<MarketOrder>> read_orders(const Result<Rows>& rows)
{
    if (!rows) return rows.error();
    std::vector<MarketOrder> orders;
    for (const Row& row : *rows) orders.push_back(read_order(row));
    return orders;
}

std::int64_t number(Side side)
{
    return side == Side::buy ? 0 : 1;
}

Result<void> put_candle(Connection& connection, const std::string& asset, const economy::Fill& fill, Millis at)
{
    const Result<Rows> put = connection.execute(
        "INSERT INTO market_candles (asset, from_at, first_price, high, low, last_price, volume, trades) "
        "VALUES ($1, $2, $3, $3, $3, $3, $4, 1) ON CONFLICT (asset, from_at) DO UPDATE SET "
        "high = CASE WHEN excluded.high > market_candles.high THEN excluded.high ELSE market_candles.high END, "
        "low = CASE WHEN excluded.low < market_candles.low THEN excluded.low ELSE market_candles.low END, "
        "last_price = excluded.last_price, volume = market_candles.volume + excluded.volume, "
        "trades = market_candles.trades + 1",
        {asset, (at - at % candle_length).count(), fill.maker.price, fill.quantity});
    if (!put) return put.error();
    return {};
}

} // namespace

Result<std::optional<MarketOrder>> find_order(Connection& connection, const OrderId& id)
{
    const Result<Rows> rows =
        connection.execute("SELECT " ORDER_COLUMNS " FROM market_orders WHERE id = $1", {id.value});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<MarketOrder>();
    return std::optional<MarketOrder>(read_order(rows->front()));
}

Result<std::vector<MarketOrder>> orders_met(Connection& connection, const MarketOrder& order, std::int64_t limit)
{
    constexpr std::string_view asks =
        "SELECT " ORDER_COLUMNS " FROM market_orders WHERE asset = $1 AND side = 1 AND state = 0 AND price <= $2 "
        "AND expires_at > $3 ORDER BY price, seq LIMIT $4";
    constexpr std::string_view bids =
        "SELECT " ORDER_COLUMNS " FROM market_orders WHERE asset = $1 AND side = 0 AND state = 0 AND price >= $2 "
        "AND expires_at > $3 ORDER BY price DESC, seq LIMIT $4";
    return read_orders(connection.execute(order.side == Side::buy ? asks : bids,
                                          {order.asset, order.price, order.opened_at.count(), limit}));
}

Result<std::vector<MarketOrder>> expired_orders(Connection& connection, Millis now, std::int64_t limit)
{
    return read_orders(connection.execute("SELECT " ORDER_COLUMNS " FROM market_orders WHERE state = 0 AND "
                                          "expires_at <= $1 ORDER BY expires_at, id LIMIT $2",
                                          {now.count(), limit}));
}

Result<std::vector<MarketOrder>> orders_of(Connection& connection, const PlayerId& player, bool open_only,
                                           const OrderId& cursor, std::int64_t limit)
{
    constexpr std::string_view all = "SELECT " ORDER_COLUMNS " FROM market_orders WHERE player = $1 AND id < $2 "
                                     "ORDER BY id DESC LIMIT $3";
    constexpr std::string_view open = "SELECT " ORDER_COLUMNS " FROM market_orders WHERE player = $1 AND id < $2 "
                                      "AND state = 0 ORDER BY id DESC LIMIT $3";
    const std::string before = cursor.empty() ? "p" : cursor.value; // above every "o_…"
    return read_orders(connection.execute(open_only ? open : all, {player.value, before, limit}));
}

Result<std::int64_t> count_open(Connection& connection, const PlayerId& player, Millis now)
{
    const Result<Rows> rows =
        connection.execute("SELECT COUNT(*) FROM market_orders WHERE player = $1 AND state = 0 AND expires_at > $2",
                           {player.value, now.count()});
    if (!rows) return rows.error();
    return rows->front().integer(0);
}

Result<void> put_order(Connection& connection, const MarketOrder& order)
{
    const Result<Rows> put =
        connection.execute("INSERT INTO market_orders (" ORDER_COLUMNS ") "
                           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                           {order.id.value, order.owner.value, order.asset, number(order.side), order.price,
                            order.quantity, order.left, order.earned, static_cast<std::int64_t>(order.state), order.seq,
                            order.opened_at.count(), order.expires_at.count(), order.closed_at.count(), order.serial});
    if (!put) return put.error();
    return {};
}

Result<void> update_order(Connection& connection, const MarketOrder& order, std::int64_t left_before)
{
    const Result<std::int64_t> updated =
        change(connection,
               "UPDATE market_orders SET remaining = $2, earned = $3, state = $4, closed_at = $5 "
               "WHERE id = $1 AND state = 0 AND remaining = $6",
               {order.id.value, order.left, order.earned, static_cast<std::int64_t>(order.state),
                order.closed_at.count(), left_before});
    if (!updated) return updated.error();
    if (*updated == 0) return Errc::conflict;
    return {};
}

Result<void> move_serial(Connection& connection, const MarketOrder& order, const LedgerAccount& from,
                         const LedgerAccount& to, const std::string& reason, Millis now)
{
    if (order.serial == 0) return {};
    return move_numbered(connection, std::string(card_of(order.asset)), order.serial, from, to, reason, now);
}

Result<void> drop_escrow(Connection& connection, const MarketOrder& order)
{
    if (order.state == economy::OrderState::open) return {};
    const Result<Rows> dropped =
        connection.execute("DELETE FROM balances WHERE account = $1 AND amount = 0", {escrow_account(order.id)});
    if (!dropped) return dropped.error();
    return {};
}

Result<void> close_order(Connection& connection, MarketOrder& order, economy::OrderState state, Millis now,
                         TransferId id)
{
    order.state = state;
    order.closed_at = now;
    Result<void> step = update_order(connection, order, order.left);
    if (!step) return step.error();
    step = move_serial(connection, order, escrow_account(order.id), player_account(order.owner), "market.return", now);
    if (!step) return step.error();
    const std::vector<Transfer> back{return_transfer(order, std::move(id))};
    step = apply_transfers(connection, back, now);
    if (!step) return step.error();
    return drop_escrow(connection, order);
}

Result<void> put_trade(Connection& connection, const economy::Placement& placement, const economy::Fill& fill,
                       std::int64_t seq)
{
    const MarketOrder& taker = placement.order;
    const bool buys = taker.side == Side::buy;
    const PlayerId& buyer = buys ? taker.owner : fill.maker.owner;
    const PlayerId& seller = buys ? fill.maker.owner : taker.owner;
    const Result<Rows> put = connection.execute(
        "INSERT INTO market_trades (asset, seq, maker, taker, buyer, seller, side, price, quantity, fee, at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        {taker.asset, seq, fill.maker.id.value, taker.id.value, buyer.value, seller.value, number(taker.side),
         fill.maker.price, fill.quantity, fill.fee, taker.opened_at.count()});
    if (!put) return put.error();
    return put_candle(connection, taker.asset, fill, taker.opened_at);
}

Result<std::vector<BookLevel>> book_side(Connection& connection, const std::string& asset, Side side,
                                         std::int64_t depth, Millis now)
{
    const std::string statement = fmt::format(
        "SELECT price, CAST(SUM(remaining) AS bigint), COUNT(*) FROM market_orders WHERE asset = $1 AND side = {} "
        "AND state = 0 AND expires_at > $2 GROUP BY price ORDER BY price{} LIMIT $3",
        number(side), side == Side::buy ? " DESC" : "");
    const Result<Rows> rows = connection.execute(statement, {asset, now.count(), depth});
    if (!rows) return rows.error();
    std::vector<BookLevel> levels;
    for (const Row& row : *rows) levels.push_back({row.integer(0), row.integer(1), row.integer(2)});
    return levels;
}

Result<std::vector<MarketTrade>> trades_of(Connection& connection, const std::string& asset, std::int64_t cursor,
                                           std::int64_t limit)
{
    const std::int64_t before = cursor > 0 ? cursor : std::numeric_limits<std::int64_t>::max();
    const Result<Rows> rows =
        connection.execute("SELECT seq, price, quantity, side, at FROM market_trades WHERE asset = $1 AND seq < $2 "
                           "ORDER BY seq DESC LIMIT $3",
                           {asset, before, limit});
    if (!rows) return rows.error();
    std::vector<MarketTrade> trades;
    for (const Row& row : *rows)
        trades.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3) == 0 ? Side::buy : Side::sell,
                          Millis{row.integer(4)}});
    return trades;
}

Result<std::vector<Candle>> candles_of(Connection& connection, const std::string& asset, Millis from)
{
    const Result<Rows> rows =
        connection.execute("SELECT from_at, first_price, high, low, last_price, volume, trades FROM market_candles "
                           "WHERE asset = $1 AND from_at >= $2 ORDER BY from_at",
                           {asset, from.count()});
    if (!rows) return rows.error();
    std::vector<Candle> candles;
    for (const Row& row : *rows)
        candles.push_back({Millis{row.integer(0)}, row.integer(1), row.integer(2), row.integer(3), row.integer(4),
                           row.integer(5), row.integer(6)});
    return candles;
}

#undef ORDER_COLUMNS

} // namespace harvest::sql
