#include "cli/bots/books.hpp"

#include "cli/bots/habits.hpp"
#include "common/game/crafting/actions.hpp"
#include "common/protocol/crafting.hpp"

#include <fmt/format.h>

namespace harvest::bots {
namespace {

using game::crafting::card_asset;
using game::economy::OrderState;
using game::economy::Side;

// What every reply of farm and workshop tells, among other things.
struct Moved {
    std::optional<std::vector<protocol::AssetAmount>> spent, gained;
    std::optional<std::string> card; // made or dismantled
};
BOOST_DESCRIBE_STRUCT(Moved, (), (spent, gained, card))

template <class T>
Result<T> read_reply(std::string_view json)
{
    return protocol::decode<T>(json, nullptr, protocol::Unknown::ignore);
}

} // namespace

void Books::begin(Holdings now)
{
    holdings_ = std::move(now);
    open_ = true;
}

std::int64_t Books::owned(std::string_view asset) const
{
    const auto at = holdings_.find(asset);
    return at == holdings_.end() ? 0 : at->second;
}

void Books::moved(const std::vector<protocol::AssetAmount>& amounts, int sign)
{
    for (const protocol::AssetAmount& item : amounts) holdings_[item.asset] += sign * item.amount.units;
}

void Books::placed(const protocol::OrderReply& reply)
{
    const protocol::OrderInfo& order = reply.order;
    const bool sells = order.side == Side::sell;
    Order kept;
    kept.left = order.left.units;
    kept.open = order.state == OrderState::open;
    gained(sells ? order.asset : "coin", sells ? -order.quantity.units : -order.quantity.units * order.price.units);
    for (const protocol::OrderFill& fill : reply.fills) {
        const std::int64_t coins = fill.price.units * fill.quantity.units;
        if (sells) {
            kept.earned += coins;
            gained("coin", coins - fill.fee.units);
        } else {
            gained(order.asset, fill.quantity.units);
        }
    }
    orders_[order.id] = kept;
}

void Books::seen(const protocol::OrderInfo& order)
{
    const auto at = orders_.find(order.id);
    if (at == orders_.end()) return;
    Order& kept = at->second;
    const std::int64_t quantity = kept.left - order.left.units, coins = quantity * order.price.units;
    if (order.side == Side::sell) {
        gained("coin", coins - game::economy::fee_of(market_, kept.earned, coins));
        kept.earned += coins;
    } else {
        gained(order.asset, quantity); // at its own price: nothing comes back
    }
    kept.left = order.left.units;
    kept.open = order.state == OrderState::open;
}

Result<void> Books::done(std::string_view op, std::string_view request, std::string_view reply)
{
    if (op.starts_with("market.")) {
        const auto order = read_reply<protocol::OrderReply>(reply);
        if (!order) return order.error();
        if (op == "market.order") placed(*order);
        if (op == "market.cancel") seen(order->order);
        moved(order->returned, 1);
        return {};
    }
    const auto told = read_reply<Moved>(reply);
    if (!told) return told.error();
    if (told->spent) moved(*told->spent, -1);
    if (told->gained) moved(*told->gained, 1);
    if (op == "craft.make" && told->card) gained(card_asset(*told->card), 1);
    if (op != "craft.dismantle") return {};
    const auto asked = read_reply<protocol::DismantleRequest>(request);
    if (!asked) return asked.error();
    gained(card_asset(asked->card), -asked->count);
    return {};
}

std::vector<OrderId> Books::open_orders() const
{
    std::vector<OrderId> out;
    for (const auto& [id, order] : orders_)
        if (order.open) out.push_back(id);
    return out;
}

std::string Books::difference(const Holdings& now, const std::set<std::string>& but) const
{
    Holdings told = holdings_;
    for (const auto& [asset, amount] : now) told.try_emplace(asset, 0);
    for (const auto& [asset, amount] : told) {
        const auto at = now.find(asset);
        const std::int64_t held = at == now.end() ? 0 : at->second;
        if (held != amount && !but.contains(asset))
            return fmt::format("{}: {} by the server, {} by what it has told", asset, held, amount);
    }
    return {};
}

} // namespace harvest::bots
