#include "common/game/economy/book.hpp"

#include <algorithm>

namespace harvest::game::economy {
namespace {

bool meets(const Order& order, const Order& other)
{
    return order.side == Side::buy ? other.price <= order.price : other.price >= order.price;
}

// Rounded up.
std::int64_t percent_of(std::int64_t percent, std::int64_t coins)
{
    return (percent * coins + 99) / 100;
}

Fill fill(const Rules& rules, Order& order, Order maker)
{
    Fill made;
    made.quantity = std::min(order.left, maker.left);
    made.coins = maker.price * made.quantity;
    Order& seller = order.side == Side::sell ? order : maker;
    made.fee = fee_of(rules, seller.earned, made.coins);
    seller.earned += made.coins;
    for (Order* each : {&order, &maker}) {
        each->left -= made.quantity;
        if (each->left == 0) each->state = OrderState::filled;
    }
    made.maker = std::move(maker);
    return made;
}

} // namespace

Result<void> check_numbers(const Rules& rules, std::int64_t price, std::int64_t quantity)
{
    if (price < 1 || price > rules.price_at_most) return MarketErrc::bad_price;
    if (quantity < 1 || quantity > rules.quantity_at_most) return MarketErrc::bad_quantity;
    std::int64_t stake = 0;
    if (__builtin_mul_overflow(price, quantity, &stake) || stake > rules.stake_at_most) return MarketErrc::too_large;
    return {};
}

Result<void> check_serial(const Order& order)
{
    if (order.serial == 0) return {};
    const bool one_card = order.side == Side::sell && order.quantity == 1 && order.asset.starts_with("card.");
    if (order.serial < 0 || !one_card) return MarketErrc::bad_serial;
    return {};
}

const Order& seller_of(const Order& order, const Fill& fill)
{
    return order.side == Side::sell ? order : fill.maker;
}

Item stake_of(const Order& order)
{
    if (order.side == Side::sell) return {order.asset, order.left};
    return {"coin", order.price * order.left};
}

std::int64_t fee_of(const Rules& rules, std::int64_t before, std::int64_t coins)
{
    return percent_of(rules.fee, before + coins) - percent_of(rules.fee, before);
}

Placement place(const Rules& rules, Order order, std::span<const Order> others)
{
    Placement placement;
    for (const Order& other : others) {
        if (order.left == 0 || !meets(order, other)) break;
        if (other.owner == order.owner) {
            order.state = OrderState::self_trade;
            break;
        }
        if (static_cast<std::int64_t>(placement.fills.size()) == rules.fills) {
            order.state = OrderState::cut;
            break;
        }
        placement.fills.push_back(fill(rules, order, other));
    }
    if (order.state != OrderState::open) order.closed_at = order.opened_at;
    for (Fill& made : placement.fills)
        if (made.maker.state == OrderState::filled) made.maker.closed_at = order.opened_at;
    placement.order = std::move(order);
    return placement;
}

std::int64_t saved(const Placement& placement)
{
    if (placement.order.side == Side::sell) return 0;
    std::int64_t coins = 0;
    for (const Fill& made : placement.fills) coins += placement.order.price * made.quantity - made.coins;
    return coins;
}

} // namespace harvest::game::economy
