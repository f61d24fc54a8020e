// Orders, cancels and looks for the suites of the market.
#pragma once

#include "common/adapters/sql/ledger_check.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace harvest::test {

using game::economy::Item;
using game::economy::MarketErrc;
using game::economy::OrderState;
using game::economy::Placement;
using game::economy::Side;

inline const PlayerId ada{"p_ada"}, bob{"p_bob"}, cid{"p_cid"};
inline constexpr Millis week{7 * 24h};

template <class Stores>
void give(Stores& stores, const PlayerId& player, const std::string& asset, std::int64_t amount)
{
    const std::vector<Transfer> grant{
        {stores.template id<TransferId>(), asset, "mint", player_account(player), amount, "test"}};
    REQUIRE(get(stores->ledger.transfer(grant, noon, {}, stores.soon())));
}

template <class Stores>
std::int64_t held(Stores& stores, const LedgerAccount& account, const std::string& asset)
{
    const Result<std::vector<Balance>> balances = get(stores->ledger.balances(account, stores.soon()));
    REQUIRE(balances);
    for (const Balance& balance : *balances)
        if (balance.asset == asset) return balance.amount;
    return 0;
}

template <class Stores>
OpenOrder opening(Stores& stores, const PlayerId& player, Side side, std::int64_t price, std::int64_t quantity,
                  Millis now = noon)
{
    OpenOrder open;
    open.order.id = stores.template id<OrderId>();
    open.order.owner = player;
    open.order.asset = "wheat";
    open.order.side = side;
    open.order.price = price;
    open.order.quantity = open.order.left = quantity;
    open.order.opened_at = now;
    open.order.expires_at = now + week;
    open.record = {player, open.order.id.value, fmt::format("{} {} {}", static_cast<int>(side), price, quantity), "",
                   now};
    open.first_transfer = stores.template id<TransferId>();
    open.tell = [event = event_of(stores, "harvest.game", player.value, "{}")](const Placement& placement,
                                                                               const std::vector<Transfer>&) {
        return Told{fmt::format("\"{} {}\"", placement.order.id.value, placement.order.left), {event}};
    };
    return open;
}

template <class Stores>
Result<std::string> put(Stores& stores, OpenOrder open)
{
    Result<OrderOpened> opened = get(stores->market.open_order(std::move(open), stores.soon()));
    if (!opened) return opened.error();
    return std::move(opened->reply);
}

template <class Stores>
OrderId placed(Stores& stores, const PlayerId& player, Side side, std::int64_t price, std::int64_t quantity,
               Millis now = noon)
{
    OpenOrder open = opening(stores, player, side, price, quantity, now);
    const OrderId id = open.order.id;
    const Result<std::string> reply = put(stores, std::move(open));
    INFO((reply ? "" : wire_code(reply.error())));
    REQUIRE(reply);
    return id;
}

template <class Stores>
CancelOrder cancelling(Stores& stores, const PlayerId& player, const OrderId& order, const std::string& key)
{
    CancelOrder cancel;
    cancel.order = order;
    cancel.record = {player, key, "cancel " + order.value, "", noon};
    cancel.first_transfer = stores.template id<TransferId>();
    cancel.tell = [event = event_of(stores, "harvest.game", player.value, "{}")](const MarketOrder& closed) {
        return Told{fmt::format("\"left {}\"", closed.left), {event}};
    };
    return cancel;
}

template <class Stores>
Result<std::string> cancel(Stores& stores, const PlayerId& player, const OrderId& order, const std::string& key)
{
    return get(stores->market.cancel_order(cancelling(stores, player, order, key), stores.soon()));
}

template <class Stores>
MarketOrder look(Stores& stores, const PlayerId& player, const OrderId& id)
{
    const Result<std::vector<MarketOrder>> all =
        get(stores->market.orders(player, false, OrderId{}, 1'000, stores.soon()));
    REQUIRE(all);
    for (const MarketOrder& order : *all)
        if (order.id == id) return order;
    FAIL("no such order");
    return {};
}

template <class Stores>
std::size_t events_in(Stores& stores)
{
    return get(stores->events.read("harvest.game", "", 0, 1'000, stores.soon()))->size();
}

template <class Stores>
void check_sound(Stores& stores)
{
    const auto sound = [](sql::Connection& connection) -> Result<void> {
        const Result<sql::LedgerReport> report = sql::check_ledger(connection);
        if (!report) return report.error();
        for (const std::string& example : report->examples) UNSCOPED_INFO(example);
        if (!report->sound()) return Errc::data_loss;
        return {};
    };
    CHECK(stores->database->read_now(sound));
}

} // namespace harvest::test
