// Order books and what was traded on them. An action is one transaction with its ledger transfers, trades, events and
// the reply to its key.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/market.hpp"
#include "common/ports/task.hpp"

namespace harvest {

class Market {
public:
    virtual ~Market() = default;
    // Gives the reply that is kept under the key: this one, or, with no further effect, that of the same request
    // before. Errors besides the stores' own: MarketErrc, idempotency.key_reused, conflict (try again).
    // Owners of orders that it met get a notification in the same transaction.
    virtual AsyncResult<OrderOpened> open_order(OpenOrder open, Deadline by) = 0;
    // The same. A player's own order alone is found.
    virtual AsyncResult<std::string> cancel_order(CancelOrder cancel, Deadline by) = 0;
    // Ends orders whose time has passed, and notifies their owners.
    virtual AsyncResult<OrdersExpired> expire(ExpireOrders expire, Deadline by) = 0;

    virtual AsyncResult<BookView> book(std::string asset, std::size_t depth, Millis now, Deadline by) = 0;
    // The newest first, from before the order `cursor` if there is one.
    virtual AsyncResult<std::vector<MarketOrder>> orders(PlayerId player, bool open_only, OrderId cursor,
                                                         std::size_t limit, Deadline by) = 0;
    // The newest first, from before the number `cursor` if it is not 0.
    virtual AsyncResult<std::vector<MarketTrade>> trades(std::string asset, std::int64_t cursor, std::size_t limit,
                                                         Deadline by) = 0;
    // The oldest first; hours without trades are left out.
    virtual AsyncResult<std::vector<Candle>> candles(std::string asset, Millis from, Deadline by) = 0;
};

} // namespace harvest
