// A limit order book: price, then time; partial fills at the price of the order that was there first. Coins are whole
// (harvest-game(7) §3).
#pragma once

#include "common/base/ids.hpp"
#include "common/game/economy/content.hpp"
#include "common/game/economy/errc.hpp"

#include <span>

namespace harvest::game::economy {

enum class Side : std::uint8_t { buy, sell };
BOOST_DESCRIBE_ENUM(Side, buy, sell)

// self_trade: the rest would have met the player's own order; cut: it had met as many orders as one may at once.
enum class OrderState : std::uint8_t { open, filled, cancelled, expired, self_trade, cut };
BOOST_DESCRIBE_ENUM(OrderState, open, filled, cancelled, expired, self_trade, cut)

struct Order {
    OrderId id;
    PlayerId owner;
    std::string asset;
    Side side{};
    std::int64_t price{}; // a buyer pays at most this, a seller takes at least this
    std::int64_t quantity{};
    std::int64_t left{};   // of the quantity
    std::int64_t earned{}; // coins that a sale has brought so far, before the fee
    OrderState state{};
    std::int64_t seq{};    // its place in time, within the asset
    std::int64_t serial{}; // of the one numbered card that it sells; 0: of any copies that are alike
    Millis opened_at{}, expires_at{}, closed_at{};
    friend bool operator==(const Order&, const Order&) = default;
};

// One trade: at the maker's price.
struct Fill {
    Order maker; // as it is after it
    std::int64_t quantity{};
    std::int64_t coins{}; // what the buyer pays
    std::int64_t fee{};   // what the seller does not get of it
};

struct Placement {
    Order order; // as it is after its fills
    std::vector<Fill> fills;
};

struct Item {
    std::string asset;
    std::int64_t amount{};
    friend bool operator==(const Item&, const Item&) = default;
};

// Errors: bad_price, bad_quantity, too_large.
Result<void> check_numbers(const Rules& rules, std::int64_t price, std::int64_t quantity);

// A serial is named to sell one copy of a card. Errors: bad_serial.
Result<void> check_serial(const Order& order);

// Of the two that met, the one that sells.
const Order& seller_of(const Order& order, const Fill& fill);

// What stands in escrow for what is left of an order: a buyer's coins, a seller's goods.
Item stake_of(const Order& order);

// The fee of one fill of an order that had earned `before`: an order's fees add up to the percentage of all that it
// earned, rounded up once, however small the pieces that it is taken in.
std::int64_t fee_of(const Rules& rules, std::int64_t before, std::int64_t coins);

// `others`: open orders of the other side in the order in which they are met; those that the price does not meet are
// left alone. An order that meets its owner's own ends there as self_trade.
Placement place(const Rules& rules, Order order, std::span<const Order> others);

// Coins that a buyer staked at the own price and did not have to pay.
std::int64_t saved(const Placement& placement);

} // namespace harvest::game::economy
