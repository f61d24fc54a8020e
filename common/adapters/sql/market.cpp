#include "common/adapters/sql/market.hpp"

#include "common/adapters/sql/idempotency.hpp"
#include "common/adapters/sql/market_rows.hpp"
#include "common/adapters/sql/notification_rows.hpp"
#include "common/adapters/sql/numbering.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/transfers.hpp"

#include <algorithm>

namespace harvest::sql {

namespace economy = game::economy;
using economy::MarketErrc;
using economy::OrderState;

namespace {

std::string sequence_of(const std::string& asset)
{
    return "market." + asset;
}

Result<void> keep_told(Connection& connection, Told told, IdempotencyRecord record, std::string& reply)
{
    if (const Result<void> events = append_events(connection, told.events); !events) return events.error();
    record.reply = std::move(told.reply);
    if (const Result<void> kept = keep_record(connection, record); !kept) return kept.error();
    reply = std::move(record.reply);
    return {};
}

// Only a balance says what the mint has to make up.
Result<std::vector<Transfer>> fund(Connection& connection, const OpenOrder& open)
{
    const economy::Item stake = economy::stake_of(open.order);
    const Result<Rows> rows = connection.execute("SELECT amount FROM balances WHERE account = $1 AND asset = $2",
                                                 {player_account(open.order.owner), stake.asset});
    if (!rows) return rows.error();
    const std::int64_t lacking = stake.amount - (rows->empty() ? 0 : rows->front().integer(0));
    if (lacking <= 0) return std::vector<Transfer>();
    return std::vector<Transfer>{{nth_id(open.first_transfer, 1), stake.asset, "mint", player_account(open.order.owner),
                                  lacking, "market.merchant"}};
}

Result<std::vector<Transfer>> stake(Connection& connection, const OpenOrder& open)
{
    std::vector<Transfer> moved;
    if (open.funded) {
        Result<std::vector<Transfer>> funded = fund(connection, open);
        if (!funded) return funded.error();
        moved = std::move(*funded);
    }
    const Result<void> serial = move_serial(connection, open.order, player_account(open.order.owner),
                                            escrow_account(open.order.id), "market.stake", open.order.opened_at);
    if (!serial && serial.error() == Errc::failed_precondition) return MarketErrc::no_such_serial;
    if (!serial) return serial.error();
    for (Transfer& each : stake_transfers(open.order, open.first_transfer)) moved.push_back(std::move(each));
    const Result<void> staked = apply_transfers(connection, moved, open.order.opened_at);
    if (staked) return moved;
    if (staked.error() != Errc::failed_precondition) return staked.error();
    return open.order.side == economy::Side::buy ? MarketErrc::no_coin : MarketErrc::no_goods;
}

Result<void> settle(Connection& connection, const OpenOrder& open, const economy::Placement& placement)
{
    Result<void> step = put_order(connection, placement.order);
    if (!step) return step.error();
    for (const economy::Fill& fill : placement.fills) {
        step = update_order(connection, fill.maker, fill.maker.left + fill.quantity);
        if (!step) return step.error();
        const Result<std::int64_t> seq = take_number(connection, sequence_of(open.order.asset));
        if (!seq) return seq.error();
        step = put_trade(connection, placement, fill, *seq);
        if (!step) return step.error();
        const MarketOrder& seller = economy::seller_of(placement.order, fill);
        const MarketOrder& buyer = &seller == &fill.maker ? placement.order : fill.maker;
        step = move_serial(connection, seller, escrow_account(seller.id), player_account(buyer.owner), "market.trade",
                           open.order.opened_at);
        if (!step) return step.error();
    }
    step = apply_transfers(connection, trade_transfers(placement, open.first_transfer), open.order.opened_at);
    if (!step) return step.error();
    for (const economy::Fill& fill : placement.fills) {
        step = drop_escrow(connection, fill.maker);
        if (!step) return step.error();
    }
    return drop_escrow(connection, placement.order);
}

// In the order of players, so that two transactions do not wait for each other.
Result<std::vector<OrderNotice>> notify_owners(Connection& connection, std::vector<MarketOrder> orders,
                                               std::string_view kind, Millis at)
{
    std::ranges::sort(orders, {}, [](const MarketOrder& order) { return std::pair(order.owner, order.id); });
    std::vector<OrderNotice> told;
    for (MarketOrder& order : orders) {
        const PlayerId owner = order.owner;
        Result<std::optional<Notification>> kept = add_order_notification(connection, std::move(order), kind, at);
        if (!kept) return kept.error();
        if (*kept) told.push_back({owner, std::move(**kept)});
    }
    return told;
}

std::vector<MarketOrder> makers_of(const economy::Placement& placement)
{
    std::vector<MarketOrder> makers;
    makers.reserve(placement.fills.size());
    for (const economy::Fill& fill : placement.fills) makers.push_back(fill.maker);
    return makers;
}

Result<OrderOpened> apply_open(Connection& connection, OpenOrder open)
{
    Result<std::optional<std::string>> before = find_reply(connection, open.record);
    if (!before) return before.error();
    if (*before) return OrderOpened{std::move(**before), {}};
    if (open.refused) return open.refused;
    // Taking a number also locks the asset's book: between several writers one order after the other is matched.
    const Result<std::int64_t> seq = take_number(connection, sequence_of(open.order.asset));
    if (!seq) return seq.error();
    open.order.seq = *seq;
    const Result<std::int64_t> others = count_open(connection, open.order.owner, open.order.opened_at);
    if (!others) return others.error();
    if (*others >= open.rules.open_orders) return MarketErrc::too_many_orders;
    const Result<std::vector<MarketOrder>> met = orders_met(connection, open.order, open.rules.fills + 1);
    if (!met) return met.error();
    const economy::Placement placement = economy::place(open.rules, open.order, *met);
    if (placement.order.state == OrderState::self_trade && placement.fills.empty()) return MarketErrc::self_trade;
    const Result<std::vector<Transfer>> staked = stake(connection, open);
    if (!staked) return staked.error();
    Result<void> step = settle(connection, open, placement);
    if (!step) return step.error();
    Result<std::vector<OrderNotice>> notices =
        notify_owners(connection, makers_of(placement), protocol::notification::order_filled, open.order.opened_at);
    if (!notices) return notices.error();
    OrderOpened opened;
    opened.told = std::move(*notices);
    step = keep_told(connection, open.tell(placement, *staked), std::move(open.record), opened.reply);
    if (!step) return step.error();
    return opened;
}

Result<std::string> apply_cancel(Connection& connection, CancelOrder cancel)
{
    const Result<std::optional<std::string>> before = find_reply(connection, cancel.record);
    if (!before) return before.error();
    if (*before) return **before;
    const Result<std::optional<MarketOrder>> found = find_order(connection, cancel.order);
    if (!found) return found.error();
    if (!*found || (*found)->owner != cancel.record.player) return MarketErrc::no_such_order;
    MarketOrder order = **found;
    if (order.state != OrderState::open) return MarketErrc::order_closed;
    Result<void> step = close_order(connection, order, OrderState::cancelled, cancel.record.at, cancel.first_transfer);
    if (!step) return step.error();
    std::string reply;
    step = keep_told(connection, cancel.tell(order), std::move(cancel.record), reply);
    if (!step) return step.error();
    return reply;
}

Result<OrdersExpired> apply_expire(Connection& connection, const ExpireOrders& expire)
{
    const auto limit = static_cast<std::int64_t>(expire.limit);
    Result<std::vector<MarketOrder>> orders = expired_orders(connection, expire.now, limit);
    if (!orders) return orders.error();
    for (std::size_t i = 0; i < orders->size(); ++i) {
        const Result<void> closed =
            close_order(connection, (*orders)[i], OrderState::expired, expire.now, nth_id(expire.first_transfer, i));
        if (!closed) return closed.error();
    }
    if (orders->empty()) return OrdersExpired{};
    const Result<void> told = append_events(connection, expire.tell(*orders));
    if (!told) return told.error();
    OrdersExpired expired;
    expired.orders = orders->size();
    Result<std::vector<OrderNotice>> notices =
        notify_owners(connection, std::move(*orders), protocol::notification::order_expired, expire.now);
    if (!notices) return notices.error();
    expired.told = std::move(*notices);
    return expired;
}

} // namespace

AsyncResult<OrderOpened> SqlMarket::open_order(OpenOrder open, Deadline by)
{
    return write<OrderOpened>(
        database_, [open = std::move(open)](Connection& connection) { return apply_open(connection, open); }, by);
}

AsyncResult<std::string> SqlMarket::cancel_order(CancelOrder cancel, Deadline by)
{
    return write<std::string>(
        database_, [cancel = std::move(cancel)](Connection& connection) { return apply_cancel(connection, cancel); },
        by);
}

AsyncResult<OrdersExpired> SqlMarket::expire(ExpireOrders expire, Deadline by)
{
    return write<OrdersExpired>(
        database_, [expire = std::move(expire)](Connection& connection) { return apply_expire(connection, expire); },
        by);
}

AsyncResult<BookView> SqlMarket::book(std::string asset, std::size_t depth, Millis now, Deadline by)
{
    return read<BookView>(
        database_,
        [asset = std::move(asset), depth = static_cast<std::int64_t>(depth),
         now](Connection& connection) -> Result<BookView> {
            Result<std::vector<BookLevel>> bids = book_side(connection, asset, economy::Side::buy, depth, now);
            if (!bids) return bids.error();
            Result<std::vector<BookLevel>> asks = book_side(connection, asset, economy::Side::sell, depth, now);
            if (!asks) return asks.error();
            return BookView{std::move(*bids), std::move(*asks)};
        },
        by);
}

AsyncResult<std::vector<MarketOrder>> SqlMarket::orders(PlayerId player, bool open_only, OrderId cursor,
                                                        std::size_t limit, Deadline by)
{
    return read<std::vector<MarketOrder>>(
        database_,
        [player = std::move(player), open_only, cursor = std::move(cursor), limit = static_cast<std::int64_t>(limit)](
            Connection& connection) { return orders_of(connection, player, open_only, cursor, limit); },
        by);
}

AsyncResult<std::vector<MarketTrade>> SqlMarket::trades(std::string asset, std::int64_t cursor, std::size_t limit,
                                                        Deadline by)
{
    return read<std::vector<MarketTrade>>(
        database_,
        [asset = std::move(asset), cursor, limit = static_cast<std::int64_t>(limit)](Connection& connection) {
            return trades_of(connection, asset, cursor, limit);
        },
        by);
}

AsyncResult<std::vector<Candle>> SqlMarket::candles(std::string asset, Millis from, Deadline by)
{
    return read<std::vector<Candle>>(
        database_,
        [asset = std::move(asset), from](Connection& connection) { return candles_of(connection, asset, from); }, by);
}

} // namespace harvest::sql
