// Numbered cards on the market: one owner at any time, a player or the escrow of one order.
#include "common/game/crafting/errc.hpp"
#include "tests/contract/support/market.hpp"

#include <random>
#include <set>

using namespace harvest;
using namespace harvest::test;

namespace {

const std::string fox = "card.fox";

// A copy with the next serial of foxes.
template <class Stores>
void make_fox(Stores& stores, const PlayerId& player)
{
    CraftOrder order;
    order.numbered = true;
    order.transfers = {{stores.template id<TransferId>(), fox, "mint", player_account(player), 1, "craft.make"}};
    order.reply = {"now", "moonlit.fox", "fox", std::nullopt, {}};
    order.told = {player, "moonlit.fox", "fox", std::nullopt, {}};
    order.event = event_of(stores, "harvest.game", player.value, "{}");
    order.record = {player, order.transfers.front().id.value, "make fox", {}, noon};
    REQUIRE(get(stores->crafting.craft(std::move(order), stores.soon())));
}

template <class Stores>
Result<std::string> dismantle(Stores& stores, const PlayerId& player, std::int64_t count)
{
    DismantleOrder order;
    order.taken = {stores.template id<TransferId>(), fox, player_account(player), "sink", count, "craft.dismantle"};
    order.given = {{stores.template id<TransferId>(), "stardust", "mint", player_account(player), count, "test"}};
    order.reply = {"now", "fox", count, {}, {}};
    order.told = {player, "fox", count, {}, {}};
    order.event = event_of(stores, "harvest.game", player.value, "{}");
    order.record = {player, order.taken.id.value, "dismantle", {}, noon};
    return get(stores->crafting.dismantle(std::move(order), stores.soon()));
}

template <class Stores>
std::vector<std::int64_t> serials(Stores& stores, const PlayerId& player)
{
    const CraftView view = get(stores->crafting.view(player, "", noon, stores.soon())).value();
    std::vector<std::int64_t> out;
    for (const NumberedCard& each : view.numbered) out.push_back(each.serial);
    return out;
}

template <class Stores>
std::string owners(Stores& stores, std::int64_t serial)
{
    std::string text;
    for (const NumberedCardStep& step : get(stores->crafting.history("fox", serial, stores.soon())).value())
        text += step.owner.substr(0, step.owner.find(':')) + ' ' + step.reason + ';';
    return text;
}

template <class Stores>
OpenOrder fox_order(Stores& stores, const PlayerId& player, Side side, std::int64_t price, std::int64_t quantity,
                    std::int64_t serial = 0)
{
    OpenOrder open = opening(stores, player, side, price, quantity);
    open.order.asset = fox;
    open.order.serial = serial;
    return open;
}

template <class Stores>
OrderId put_up(Stores& stores, OpenOrder open)
{
    const OrderId id = open.order.id;
    REQUIRE(put(stores, std::move(open)));
    return id;
}

} // namespace

TEMPLATE_TEST_CASE("A numbered card stands in escrow, away from its owner, and goes to who buys it", "[market]",
                   HARVEST_STORES)
{
    TestType stores;
    for (int i = 0; i < 2; ++i) make_fox(stores, ada);
    give(stores, ada, fox, 1);
    give(stores, bob, "coin", 100);
    const OpenOrder sale = fox_order(stores, ada, Side::sell, 30, 1, 2);
    for (int again = 0; again < 2; ++again) REQUIRE(put(stores, sale)); // one key
    CHECK(held(stores, player_account(ada), fox) == 2);
    CHECK(held(stores, escrow_account(sale.order.id), fox) == 1);
    CHECK(serials(stores, ada) == std::vector<std::int64_t>{1});
    CHECK(look(stores, ada, sale.order.id).serial == 2);
    check_sound(stores);
    CHECK(put(stores, fox_order(stores, ada, Side::sell, 30, 1, 2)).error() == MarketErrc::no_such_serial);
    CHECK(put(stores, fox_order(stores, bob, Side::sell, 30, 1, 1)).error() == MarketErrc::no_such_serial);
    CHECK(put(stores, fox_order(stores, ada, Side::sell, 30, 1, 7)).error() == MarketErrc::no_such_serial);
    CHECK(put(stores, fox_order(stores, ada, Side::sell, 30, 2)).error() == MarketErrc::no_goods); // one is numbered
    CHECK(dismantle(stores, ada, 3).error() == game::crafting::CraftErrc::not_owned);

    REQUIRE(put(stores, fox_order(stores, bob, Side::buy, 40, 1)));
    CHECK(look(stores, ada, sale.order.id).state == OrderState::filled);
    CHECK(serials(stores, bob) == std::vector<std::int64_t>{2});
    CHECK(held(stores, player_account(bob), fox) == 1);
    CHECK(held(stores, player_account(bob), "coin") == 70);
    CHECK(owners(stores, 2) == "player craft.make;escrow market.stake;player market.trade;");
    check_sound(stores);
    REQUIRE(dismantle(stores, bob, 1)); // it is his to do with as he likes
    CHECK(put(stores, fox_order(stores, bob, Side::sell, 1, 1, 2)).error() == MarketErrc::no_such_serial);
    check_sound(stores);
}

TEMPLATE_TEST_CASE("An order that waits for a copy takes a numbered one as well", "[market]", HARVEST_STORES)
{
    TestType stores;
    make_fox(stores, ada);
    give(stores, cid, fox, 1);
    give(stores, bob, "coin", 100);
    const OrderId purchase = put_up(stores, fox_order(stores, bob, Side::buy, 20, 3));
    REQUIRE(put(stores, fox_order(stores, ada, Side::sell, 10, 1, 1)));
    REQUIRE(put(stores, fox_order(stores, cid, Side::sell, 10, 1)));
    CHECK(look(stores, bob, purchase).left == 1);
    CHECK(serials(stores, bob) == std::vector<std::int64_t>{1});
    CHECK(serials(stores, ada).empty());
    CHECK(held(stores, player_account(bob), fox) == 2);
    check_sound(stores);
}

TEMPLATE_TEST_CASE("A numbered card comes back when its order is cancelled or has expired", "[market]", HARVEST_STORES)
{
    TestType stores;
    make_fox(stores, ada);
    const OrderId first = put_up(stores, fox_order(stores, ada, Side::sell, 30, 1, 1));
    for (int again = 0; again < 2; ++again) REQUIRE(cancel(stores, ada, first, "c"));
    CHECK(serials(stores, ada) == std::vector<std::int64_t>{1});
    const OrderId second = put_up(stores, fox_order(stores, ada, Side::sell, 30, 1, 1));
    CHECK(serials(stores, ada).empty());
    ExpireOrders expire;
    expire.now = noon + week;
    expire.limit = 10;
    expire.first_transfer = stores.template id<TransferId>();
    expire.tell = [](const std::vector<MarketOrder>&) { return std::vector<OutboxEvent>(); };
    REQUIRE(get(stores->market.expire(std::move(expire), stores.soon())).value().orders == 1);
    CHECK(look(stores, ada, second).state == OrderState::expired);
    CHECK(serials(stores, ada) == std::vector<std::int64_t>{1});
    CHECK(owners(stores, 1) == "player craft.make;escrow market.stake;player market.return;escrow market.stake;"
                               "player market.return;");
    check_sound(stores);
}

TEMPLATE_TEST_CASE("Whatever is traded and taken back, each serial has one owner, who has its copy", "[market]",
                   HARVEST_STORES)
{
    TestType stores;
    const std::vector<PlayerId> players{ada, bob, cid};
    for (const PlayerId& player : players) {
        for (int i = 0; i < 3; ++i) make_fox(stores, player);
        give(stores, player, fox, 2);
        give(stores, player, "coin", 1'000);
    }
    std::mt19937 random(11);
    int moved = 0;
    for (int step = 0; step < 120; ++step) {
        const PlayerId& player = players[random() % players.size()];
        const std::int64_t price = 5 + static_cast<std::int64_t>(random() % 4);
        const std::vector<std::int64_t> mine = serials(stores, player);
        const auto open = get(stores->market.orders(player, true, OrderId{}, 100, stores.soon())).value();
        Result<std::string> done;
        switch (random() % 4) {
        case 0:
            done =
                put(stores, fox_order(stores, player, Side::buy, price, 1 + static_cast<std::int64_t>(random() % 3)));
            break;
        case 1:
            done = put(stores, fox_order(stores, player, Side::sell, price, 1));
            break;
        case 2:
            if (mine.empty()) continue;
            done = put(stores, fox_order(stores, player, Side::sell, price, 1, mine[random() % mine.size()]));
            break;
        default:
            if (open.empty()) continue;
            done = cancel(stores, player, open[random() % open.size()].id, fmt::format("c{}", step));
        }
        moved += done ? 1 : 0;
        std::set<std::int64_t> all;
        for (const PlayerId& each : players) {
            for (const std::int64_t serial : serials(stores, each)) CHECK(all.insert(serial).second);
            for (const MarketOrder& order :
                 get(stores->market.orders(each, true, OrderId{}, 100, stores.soon())).value())
                if (order.serial > 0) CHECK(all.insert(order.serial).second);
        }
        CHECK(all.size() == 9);
        if (step % 20 == 19) check_sound(stores);
    }
    CHECK(moved > 60);
    check_sound(stores);
}

namespace {

// Steps in the words of the store, since its writers do not make such states.
template <class Stores>
void tamper_with(Stores& stores, const std::string& statement)
{
    sql::Job job = [statement](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows = connection.execute(statement);
        if (!rows) return rows.error();
        return {};
    };
    REQUIRE(get(stores->database->write(std::move(job), stores.soon())));
}

template <class Stores>
void move_goods(Stores& stores, const std::string& asset, std::int64_t amount, std::string from, std::string to)
{
    const std::vector<Transfer> list{
        {stores.template id<TransferId>(), asset, std::move(from), std::move(to), amount, "test"}};
    REQUIRE(get(stores->ledger.transfer(list, noon, {}, stores.soon())));
}

template <class Stores>
sql::LedgerReport report_of(Stores& stores)
{
    sql::LedgerReport report;
    const auto look = [&report](sql::Connection& connection) -> Result<void> {
        Result<sql::LedgerReport> found = sql::check_ledger(connection);
        if (!found) return found.error();
        report = std::move(*found);
        return {};
    };
    REQUIRE(stores->database->read_now(look));
    for (const std::string& example : report.examples) UNSCOPED_INFO(example);
    return report;
}

// Orders of every kind: open ones to sell, to buy and of a serial, one partly filled, and closed ones.
template <class Stores>
struct Bazaar {
    Bazaar()
    {
        for (int i = 0; i < 2; ++i) make_fox(stores, ada);
        give(stores, ada, "wheat", 20);
        give(stores, bob, "coin", 500);
        sale = placed(stores, ada, Side::sell, 7, 10);
        (void)placed(stores, bob, Side::buy, 8, 4); // taken from it
        purchase = placed(stores, bob, Side::buy, 3, 5);
        const OrderId regretted = placed(stores, bob, Side::buy, 2, 5);
        REQUIRE(cancel(stores, bob, regretted, "regretted"));
        fox_sale = put_up(stores, fox_order(stores, ada, Side::sell, 30, 1, 2));
    }
    Stores stores;
    OrderId sale, purchase, fox_sale;
};

} // namespace

TEMPLATE_TEST_CASE("T3: the ledger check finds goods in escrow without their order, and orders without their goods",
                   "[ledger][market]", HARVEST_STORES)
{
    Bazaar<TestType> bazaar;
    TestType& stores = bazaar.stores;
    REQUIRE(report_of(stores).sound());
    const auto blamed = [&stores] { return report_of(stores).violations; };
    SECTION("goods that no order staked")
    {
        move_goods(stores, "wheat", 2, player_account(ada), "escrow:o_nobody");
        CHECK(blamed() == 1);
        move_goods(stores, "coin", 2, player_account(bob), escrow_account(bazaar.sale)); // another asset
        CHECK(blamed() == 2);
        move_goods(stores, "wheat", 1, player_account(ada), escrow_account(bazaar.sale)); // too much of it
        CHECK(blamed() == 3);
    }
    SECTION("goods that went without their order")
    {
        move_goods(stores, "coin", 1, escrow_account(bazaar.purchase), player_account(bob));
        CHECK(blamed() == 1);
        move_goods(stores, "wheat", 6, escrow_account(bazaar.sale), player_account(ada));
        CHECK(blamed() == 2);
        tamper_with(stores,
                    "DELETE FROM balances WHERE amount = 0 AND account LIKE 'escrow:%'"); // as at an order's end
        CHECK(blamed() == 2);
    }
    SECTION("orders that closed and left their stake")
    {
        tamper_with(stores, "UPDATE market_orders SET state = 2 WHERE state = 0 AND side = 0");
        CHECK(blamed() == 1);
        tamper_with(stores, "DELETE FROM market_orders WHERE asset = 'wheat'");
        CHECK(blamed() == 2);
        tamper_with(stores, "UPDATE market_orders SET state = 3");
        CHECK(blamed() == 4); // the copy, and its serial
    }
    SECTION("orders that are not what was staked")
    {
        tamper_with(stores, "UPDATE market_orders SET remaining = remaining - 1 WHERE state = 0 AND asset = 'wheat'");
        CHECK(blamed() == 2);
        tamper_with(stores, "UPDATE market_orders SET remaining = remaining + 1 WHERE state = 0 AND asset = 'wheat'");
        REQUIRE(blamed() == 0);
        tamper_with(stores, "UPDATE market_orders SET state = 0 WHERE state <> 0 AND remaining > 0");
        CHECK(blamed() == 1);
    }
    SECTION("another serial than is for sale")
    {
        tamper_with(stores, "UPDATE market_orders SET card_number = 1 WHERE card_number = 2");
        CHECK(blamed() == 2); // one is there for nothing, one is missing
        tamper_with(stores, "UPDATE market_orders SET card_number = 0 WHERE card_number = 1");
        CHECK(blamed() == 1);
    }
    SECTION("a serial that is still its seller's")
    {
        give(stores, ada, fox, 1);
        tamper_with(stores, "UPDATE numbered_cards SET owner = 'player:p_ada' WHERE number = 2");
        tamper_with(stores, "UPDATE numbered_card_steps SET owner = 'player:p_ada' WHERE number = 2");
        CHECK(blamed() == 1);
    }
}
