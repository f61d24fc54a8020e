// What becomes of many orders: limits, ends, books and lists.
#include "tests/contract/support/market.hpp"

#include <random>
#include <set>

using namespace harvest;
using namespace harvest::test;

TEMPLATE_TEST_CASE("No more than fifty orders of a player are open", "[market]", HARVEST_STORES)
{
    TestType stores;
    give(stores, ada, "coin", 100);
    OrderId last;
    for (int i = 0; i < 50; ++i) last = placed(stores, ada, Side::buy, 1, 1);
    CHECK(put(stores, opening(stores, ada, Side::buy, 1, 1)).error() == MarketErrc::too_many_orders);
    REQUIRE(cancel(stores, ada, last, "k"));
    placed(stores, ada, Side::buy, 1, 1);
    // Those whose time has passed stand in nobody's way, though nobody has ended them yet.
    placed(stores, ada, Side::buy, 1, 1, noon + week);
    CHECK(held(stores, player_account(ada), "coin") == 49);
}

TEMPLATE_TEST_CASE("Orders end after seven days: no trade meets them, and the sweep returns their stakes once",
                   "[market]", HARVEST_STORES)
{
    TestType stores;
    give(stores, ada, "wheat", 10);
    give(stores, bob, "coin", 100);
    const OrderId sale = placed(stores, ada, Side::sell, 3, 6),
                  late = placed(stores, ada, Side::sell, 3, 4, noon + 1ms);
    const auto expire = [&](Millis now, std::size_t limit) {
        ExpireOrders all;
        all.now = now;
        all.limit = limit;
        all.first_transfer = stores.template id<TransferId>();
        all.tell = [event = event_of(stores, "harvest.game", "p_ada", "{}")](const std::vector<MarketOrder>& orders) {
            for (const MarketOrder& order : orders)
                if (order.state != OrderState::expired) throw std::logic_error("not expired");
            return std::vector<OutboxEvent>{event};
        };
        return get(stores->market.expire(std::move(all), stores.soon())).value().orders;
    };
    CHECK(expire(noon + week - 1ms, 10) == 0);
    placed(stores, bob, Side::buy, 3, 1, noon + week - 1ms);
    CHECK(look(stores, ada, sale).left == 5);
    // At its end, but not swept yet.
    const OrderId purchase = placed(stores, bob, Side::buy, 3, 2, noon + week);
    CHECK(look(stores, ada, sale).left == 5);
    CHECK(look(stores, ada, late).left == 2);
    CHECK(look(stores, bob, purchase).state == OrderState::filled);
    CHECK(get(stores->market.book("wheat", 10, noon + week, stores.soon()))->asks.front().quantity == 2);
    CHECK(expire(noon + week + 1ms, 1) == 1);
    CHECK(expire(noon + week + 1ms, 10) == 1);
    CHECK(expire(noon + week + 1ms, 10) == 0);
    CHECK(look(stores, ada, sale).state == OrderState::expired);
    CHECK(held(stores, player_account(ada), "wheat") == 7);
    CHECK(cancel(stores, ada, sale, "k").error() == MarketErrc::order_closed);
    check_sound(stores);
}

TEMPLATE_TEST_CASE("The book adds up by price, the best first; lists page by cursor; candles follow the trades",
                   "[market]", HARVEST_STORES)
{
    TestType stores;
    give(stores, ada, "wheat", 100);
    give(stores, bob, "coin", 1'000);
    std::vector<OrderId> sales;
    for (const std::int64_t price : {7, 5, 6, 5}) sales.push_back(placed(stores, ada, Side::sell, price, 10));
    for (const std::int64_t price : {1, 3, 2, 3}) placed(stores, bob, Side::buy, price, 2);
    const BookView book = get(stores->market.book("wheat", 2, noon, stores.soon())).value();
    REQUIRE(book.asks.size() == 2);
    CHECK(book.asks[0].price == 5);
    CHECK(book.asks[0].quantity == 20);
    CHECK(book.asks[0].orders == 2);
    CHECK(book.asks[1].price == 6);
    REQUIRE(book.bids.size() == 2);
    CHECK(book.bids[0].price == 3);
    CHECK(book.bids[0].quantity == 4);
    CHECK(book.bids[1].price == 2);
    CHECK(get(stores->market.book("carrot", 2, noon, stores.soon()))->asks.empty());

    const Millis hour = noon - noon % candle_length;
    placed(stores, bob, Side::buy, 6, 25, hour);
    placed(stores, bob, Side::buy, 6, 1, hour + candle_length - 1ms);
    placed(stores, bob, Side::buy, 7, 10, hour + candle_length);
    const std::vector<Candle> candles = get(stores->market.candles("wheat", hour, stores.soon())).value();
    REQUIRE(candles.size() == 2);
    CHECK(candles[0].from == hour);
    CHECK(candles[0].open == 5);
    CHECK(candles[0].low == 5);
    CHECK(candles[0].high == 6);
    CHECK(candles[0].close == 6);
    CHECK(candles[0].volume == 26);
    CHECK(candles[0].trades == 4);
    CHECK(candles[1].volume == 10);
    CHECK(get(stores->market.candles("wheat", hour + 1ms, stores.soon()))->size() == 1);

    std::vector<OrderId> listed;
    for (OrderId cursor;;) {
        const auto part = get(stores->market.orders(ada, false, cursor, 3, stores.soon())).value();
        for (const MarketOrder& order : part) listed.push_back(order.id);
        if (part.empty()) break;
        cursor = part.back().id;
    }
    CHECK(std::set<OrderId>(listed.begin(), listed.end()) == std::set<OrderId>(sales.begin(), sales.end()));
    CHECK(std::is_sorted(listed.rbegin(), listed.rend()));
    CHECK(get(stores->market.orders(ada, true, OrderId{}, 10, stores.soon()))->size() == 1);
    const auto trades = get(stores->market.trades("wheat", 0, 4, stores.soon())).value();
    REQUIRE(trades.size() == 4);
    CHECK(get(stores->market.trades("wheat", trades[3].seq, 10, stores.soon()))->size() == 2);
    check_sound(stores);
}

// Random orders and cancels of a few players; the ledger, the orders and the escrow must agree at the end.
TEMPLATE_TEST_CASE("T2: nothing is lost or made by any mixture of orders and cancels", "[market]", HARVEST_STORES)
{
    TestType stores;
    const std::vector<PlayerId> players{ada, bob, cid};
    for (const PlayerId& player : players) {
        give(stores, player, "coin", 2'000);
        give(stores, player, "wheat", 200);
    }
    std::mt19937 random(20261128);
    for (int step = 0; step < 300; ++step) {
        const PlayerId& player = players[random() % players.size()];
        const auto open = get(stores->market.orders(player, true, OrderId{}, 100, stores.soon())).value();
        if (!open.empty() && random() % 4 == 0) {
            CHECK(cancel(stores, player, open[random() % open.size()].id, fmt::format("c{}", step)));
            continue;
        }
        const Result<std::string> reply =
            put(stores,
                opening(stores, player, random() % 2 == 0 ? Side::buy : Side::sell,
                        1 + static_cast<std::int64_t>(random() % 20), 1 + static_cast<std::int64_t>(random() % 25)));
        if (!reply) CHECK(classify(reply.error()) == Errc::failed_precondition);
    }
    std::int64_t coins = held(stores, "fee", "coin"), wheat = 0;
    for (const PlayerId& player : players) {
        coins += held(stores, player_account(player), "coin");
        wheat += held(stores, player_account(player), "wheat");
        for (const MarketOrder& order :
             get(stores->market.orders(player, false, OrderId{}, 1'000, stores.soon())).value()) {
            const Item stake = game::economy::stake_of(order);
            const std::int64_t escrow = held(stores, escrow_account(order.id), stake.asset);
            CHECK(escrow == (order.state == OrderState::open ? stake.amount : 0));
            (stake.asset == "coin" ? coins : wheat) += escrow;
        }
    }
    CHECK(coins == 6'000);
    CHECK(wheat == 600);
    CHECK(held(stores, "fee", "coin") > 0);
    const BookView book = get(stores->market.book("wheat", 1, noon, stores.soon())).value();
    if (!book.bids.empty() && !book.asks.empty()) CHECK(book.bids[0].price < book.asks[0].price);
    check_sound(stores);
}

TEMPLATE_TEST_CASE("The mint makes up what a funded order lacks, and no more", "[market]", HARVEST_STORES)
{
    TestType stores;
    give(stores, ada, "coin", 30);
    OpenOrder open = opening(stores, ada, Side::buy, 10, 10);
    open.funded = true;
    REQUIRE(put(stores, open));
    REQUIRE(put(stores, open));
    CHECK(held(stores, "mint", "coin") == -100);
    CHECK(held(stores, player_account(ada), "coin") == 0);
    CHECK(held(stores, escrow_account(open.order.id), "coin") == 100);
    check_sound(stores);
}
