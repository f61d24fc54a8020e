// The pure side of the market's requests: what the store is asked to do, and what clients and the event log are told.
#pragma once

#include "common/ports/records/market.hpp"
#include "common/protocol/market.hpp"

namespace harvest::instance {

// What the next action is made of: each call gives new ones.
struct MarketIds {
    OrderId order;
    TransferId transfer; // the first; further ones are numbered after it
    EventId event;       // the same
};

struct MarketAsk {
    PlayerId player;
    std::string key;
    std::string source; // this daemon
    std::string traceparent;
    Millis now{};
    MarketIds ids;
};

// What the content says against it is in `refused`. Errors: bad_serial.
Result<OpenOrder> open_order(const game::economy::Content& content, const protocol::OrderRequest& request,
                             const MarketAsk& ask);
CancelOrder cancel_order(const protocol::CancelRequest& request, const MarketAsk& ask);
ExpireOrders expire_orders(std::size_t limit, const MarketAsk& ask);

protocol::OrderList order_list(const std::vector<MarketOrder>& orders, std::size_t page);
protocol::BookInfo book_info(std::string asset, bool halted, const BookView& book, Millis now);
protocol::TradeList trade_list(std::string asset, const std::vector<MarketTrade>& trades, std::size_t page,
                               const std::vector<Candle>& candles);

} // namespace harvest::instance
