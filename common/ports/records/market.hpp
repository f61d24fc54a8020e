// What the market keeps, and what an action on it is decided and told by (harvest-game(7) §3).
#pragma once

#include "common/ports/records/event.hpp"
#include "common/ports/records/idempotency.hpp"
#include "common/ports/records/ledger.hpp"
#include "common/ports/records/social.hpp"
#include "common/protocol/market.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace harvest {

using MarketOrder = game::economy::Order;

// The account in which an order's stake stands.
inline LedgerAccount escrow_account(const OrderId& order)
{
    return "escrow:" + order.value;
}

// What is said of an action, made inside its transaction, perhaps more than once: from its arguments alone.
struct Told {
    std::string reply; // JSON
    std::vector<OutboxEvent> events;
};

// Of somebody's resting order, to whom an action of another or the time did something; kept with it.
struct OrderNotice {
    PlayerId player;
    Notification notification;
};

// `told` only where the action took effect now, so that nobody is told of a repeated one again.
struct OrderOpened {
    std::string reply; // JSON
    std::vector<OrderNotice> told;
};

struct OrdersExpired {
    std::size_t orders{};
    std::vector<OrderNotice> told;
};

struct OpenOrder {
    MarketOrder order; // its place in time is given by the store
    game::economy::Rules rules;
    // What speaks against a new order, none: nothing; the reply to one that was taken before still holds.
    Error refused;
    bool funded{};             // the mint makes up what the owner lacks of the stake
    IdempotencyRecord record;  // the reply is made by `tell`
    TransferId first_transfer; // the others are numbered after it
    // `stake`: what was moved before the fills, the mint's part included.
    std::function<Told(const game::economy::Placement&, const std::vector<Transfer>& stake)> tell;
};

struct CancelOrder {
    OrderId order;
    IdempotencyRecord record; // of its owner, without reply
    TransferId first_transfer;
    std::function<Told(const MarketOrder&)> tell; // the order as it is then
};

struct ExpireOrders {
    Millis now{};
    std::size_t limit{};
    TransferId first_transfer;
    std::function<std::vector<OutboxEvent>(const std::vector<MarketOrder>&)> tell;
};

struct BookLevel {
    std::int64_t price{}, quantity{}, orders{};
};

struct BookView {
    std::vector<BookLevel> bids, asks; // the best price first
};

struct MarketTrade {
    std::int64_t seq{}; // rises with time within the asset
    std::int64_t price{}, quantity{};
    game::economy::Side taker{};
    Millis at{};
};

// One hour of an asset's trades.
struct Candle {
    Millis from{};
    std::int64_t open{}, high{}, low{}, close{}, volume{}, trades{};
};
inline constexpr Millis candle_length{3'600'000};

// Transfers of one order's opening: the stake, and apart from it what its fills move and what comes back at once.
std::vector<Transfer> stake_transfers(const MarketOrder& order, const TransferId& first);
std::vector<Transfer> trade_transfers(const game::economy::Placement& placement, const TransferId& first);
// The parts of trade_transfers, each numbered from its own `first`: of one fill, and what comes back.
std::vector<Transfer> fill_transfers(const MarketOrder& order, const game::economy::Fill& fill,
                                     const TransferId& first);
std::vector<Transfer> returned_transfers(const game::economy::Placement& placement, const TransferId& first);
// What is left of an order that is closed, back to its owner.
Transfer return_transfer(const MarketOrder& order, TransferId id);

// The stake of an order that has ended, and coins that it did not have to pay.
std::vector<game::economy::Item> returned_items(const game::economy::Placement& placement);

// Of the numbered card that it sells.
std::optional<std::int64_t> serial_of(const MarketOrder& order);
protocol::OrderInfo order_info(const MarketOrder& order);

namespace detail {
std::string ulid_after(std::string_view text, std::uint64_t count);
}

// The id that comes `count` after `first`: a transaction needs more of them than are known before it is run, and the
// same ones when it is run again.
template <class TypedId>
TypedId nth_id(const TypedId& first, std::uint64_t count)
{
    return TypedId{detail::ulid_after(first.value, count)};
}

} // namespace harvest
