// Bodies of /v1/market and the live ops market.*, and the calls behind them (harvest-game(7) §3).
#pragma once

#include "common/game/economy/book.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/json.hpp"
#include "common/protocol/player_call.hpp"

namespace harvest::protocol {

// POST /v1/market/orders, market.order
struct OrderRequest {
    std::string asset;
    game::economy::Side side{};
    Amount price; // coins for one
    Amount quantity;
    std::optional<std::int64_t> serial{}; // of the numbered card to sell; quantity 1
};
BOOST_DESCRIBE_STRUCT(OrderRequest, (), (asset, side, price, quantity, serial))

// DELETE /v1/market/orders/{id}, market.cancel
struct CancelRequest {
    OrderId order;
};
BOOST_DESCRIBE_STRUCT(CancelRequest, (), (order))

struct OrderInfo {
    OrderId id;
    std::string asset;
    game::economy::Side side{};
    Amount price, quantity, left;
    game::economy::OrderState state{};
    std::string opened_at, expires_at;
    std::optional<std::string> closed_at;
    std::optional<std::int64_t> serial{}; // of the numbered card that it sells
};
BOOST_DESCRIBE_STRUCT(OrderInfo, (),
                      (id, asset, side, price, quantity, left, state, opened_at, expires_at, closed_at, serial))

struct OrderFill {
    Amount price, quantity;
    Amount fee;                           // coins, which the seller paid
    std::optional<std::int64_t> serial{}; // of the numbered card that changed hands
};
BOOST_DESCRIBE_STRUCT(OrderFill, (), (price, quantity, fee, serial))

// The order after an action, the trades that it made at once, and what came back of its stake.
struct OrderReply {
    std::string at;
    OrderInfo order;
    std::vector<OrderFill> fills;
    std::vector<AssetAmount> returned;
};
BOOST_DESCRIBE_STRUCT(OrderReply, (), (at, order, fills, returned))

// GET /v1/market/orders: the newest first.
struct OrdersRequest {
    std::optional<bool> open; // only those that are
    std::optional<OrderId> cursor;
};
BOOST_DESCRIBE_STRUCT(OrdersRequest, (), (open, cursor))

struct OrderList {
    std::vector<OrderInfo> items;
    std::optional<OrderId> next_cursor;
};
BOOST_DESCRIBE_STRUCT(OrderList, (), (items, next_cursor))

// GET /v1/market/book/{asset}, market.book
struct BookRequest {
    std::string asset;
};
BOOST_DESCRIBE_STRUCT(BookRequest, (), (asset))

struct BookLevel {
    Amount price, quantity;
    std::int64_t orders{};
};
BOOST_DESCRIBE_STRUCT(BookLevel, (), (price, quantity, orders))

struct BookInfo {
    std::string at, asset;
    bool halted{};
    std::vector<BookLevel> bids, asks; // the best price first
};
BOOST_DESCRIBE_STRUCT(BookInfo, (), (at, asset, halted, bids, asks))

// GET /v1/market/trades/{asset}: the newest first, and the hours of the last day that had trades.
struct TradesRequest {
    std::string asset;
    std::optional<Amount> cursor;
};
BOOST_DESCRIBE_STRUCT(TradesRequest, (), (asset, cursor))

struct TradeInfo {
    Amount price, quantity;
    game::economy::Side taker{}; // what the newer order did
    std::string at;
};
BOOST_DESCRIBE_STRUCT(TradeInfo, (), (price, quantity, taker, at))

struct CandleInfo {
    std::string from; // the hour's beginning
    Amount open, high, low, close, volume;
    std::int64_t trades{};
};
BOOST_DESCRIBE_STRUCT(CandleInfo, (), (from, open, high, low, close, volume, trades))

struct TradeList {
    std::string asset;
    std::vector<TradeInfo> items;
    std::vector<CandleInfo> candles;
    std::optional<Amount> next_cursor;
};
BOOST_DESCRIBE_STRUCT(TradeList, (), (asset, items, candles, next_cursor))

} // namespace harvest::protocol
