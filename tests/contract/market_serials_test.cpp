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
