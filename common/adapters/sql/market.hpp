// The Market store: books are rows, matched by the pure rules inside the transaction of the order.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/market.hpp"

namespace harvest::sql {

class SqlMarket final : public Market {
public:
    explicit SqlMarket(Database& database) : database_(database) {}

    AsyncResult<OrderOpened> open_order(OpenOrder open, Deadline by) override;
    AsyncResult<std::string> cancel_order(CancelOrder cancel, Deadline by) override;
    AsyncResult<OrdersExpired> expire(ExpireOrders expire, Deadline by) override;
    AsyncResult<BookView> book(std::string asset, std::size_t depth, Millis now, Deadline by) override;
    AsyncResult<std::vector<MarketOrder>> orders(PlayerId player, bool open_only, OrderId cursor, std::size_t limit,
                                                 Deadline by) override;
    AsyncResult<std::vector<MarketTrade>> trades(std::string asset, std::int64_t cursor, std::size_t limit,
                                                 Deadline by) override;
    AsyncResult<std::vector<Candle>> candles(std::string asset, Millis from, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
