#include "common/ports/records/market.hpp"

namespace harvest {

namespace economy = game::economy;

namespace {

// Numbers the transfers of one list, leaving out those of nothing.
class Moves {
public:
    Moves(const TransferId& first, std::uint64_t from) : first_(first), count_(from) {}
    void put(const economy::Item& item, LedgerAccount debit, LedgerAccount credit, std::string reason)
    {
        if (item.amount == 0) return;
        list_.push_back({nth_id(first_, count_++), item.asset, std::move(debit), std::move(credit), item.amount,
                         std::move(reason)});
    }
    std::vector<Transfer> take() { return std::move(list_); }

private:
    const TransferId& first_;
    std::uint64_t count_;
    std::vector<Transfer> list_;
};

constexpr std::uint64_t stakes_at_most = 2;

void put_fill(Moves& moves, const MarketOrder& order, const economy::Fill& fill)
{
    const bool buys = order.side == economy::Side::buy;
    const MarketOrder& buyer = buys ? order : fill.maker;
    const MarketOrder& seller = buys ? fill.maker : order;
    moves.put({"coin", fill.coins - fill.fee}, escrow_account(buyer.id), player_account(seller.owner), "market.trade");
    moves.put({"coin", fill.fee}, escrow_account(buyer.id), "fee", "market.fee");
    moves.put({order.asset, fill.quantity}, escrow_account(seller.id), player_account(buyer.owner), "market.trade");
}

void put_returned(Moves& moves, const economy::Placement& placement)
{
    const MarketOrder& order = placement.order;
    for (const economy::Item& item : returned_items(placement))
        moves.put(item, escrow_account(order.id), player_account(order.owner), "market.return");
}

} // namespace

namespace detail {

std::string ulid_after(std::string_view text, std::uint64_t count)
{
    constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string next(text);
    for (std::size_t i = next.size(); i > 2 && count > 0; --i) {
        const std::size_t digit = digits.find(next[i - 1]);
        const std::uint64_t sum = count + (digit == std::string_view::npos ? 0 : digit);
        next[i - 1] = digits[sum % digits.size()];
        count = sum / digits.size();
    }
    return next;
}

} // namespace detail

std::vector<Transfer> stake_transfers(const MarketOrder& order, const TransferId& first)
{
    Moves moves(first, 0);
    moves.put(economy::stake_of(order), player_account(order.owner), escrow_account(order.id), "market.stake");
    return moves.take();
}

std::vector<Transfer> trade_transfers(const economy::Placement& placement, const TransferId& first)
{
    Moves moves(first, stakes_at_most);
    for (const economy::Fill& fill : placement.fills) put_fill(moves, placement.order, fill);
    put_returned(moves, placement);
    return moves.take();
}

std::vector<Transfer> fill_transfers(const MarketOrder& order, const economy::Fill& fill, const TransferId& first)
{
    Moves moves(first, 0);
    put_fill(moves, order, fill);
    return moves.take();
}

std::vector<Transfer> returned_transfers(const economy::Placement& placement, const TransferId& first)
{
    Moves moves(first, 0);
    put_returned(moves, placement);
    return moves.take();
}

Transfer return_transfer(const MarketOrder& order, TransferId id)
{
    const economy::Item left = economy::stake_of(order);
    return {std::move(id), left.asset,     escrow_account(order.id), player_account(order.owner),
            left.amount,   "market.return"};
}

std::optional<std::int64_t> serial_of(const MarketOrder& order)
{
    return order.serial > 0 ? std::optional(order.serial) : std::nullopt;
}

protocol::OrderInfo order_info(const MarketOrder& order)
{
    protocol::OrderInfo info{order.id,
                             order.asset,
                             order.side,
                             {order.price},
                             {order.quantity},
                             {order.left},
                             order.state,
                             to_rfc3339(order.opened_at),
                             to_rfc3339(order.expires_at),
                             {}};
    if (order.state != economy::OrderState::open) info.closed_at = to_rfc3339(order.closed_at);
    info.serial = serial_of(order);
    return info;
}

std::vector<economy::Item> returned_items(const economy::Placement& placement)
{
    const MarketOrder& order = placement.order;
    economy::Item item = economy::stake_of(order);
    if (order.state == economy::OrderState::open) item.amount = 0;
    item.amount += economy::saved(placement);
    if (item.amount == 0) return {};
    return {item};
}

} // namespace harvest
