#include "common/ports/market.hpp"
#include "common/protocol/idempotency.hpp"
#include "tests/contract/support/market.hpp"

using namespace harvest;
using namespace harvest::test;

TEMPLATE_TEST_CASE("An order's stake stands in escrow; a trade pays at the older price, less the fee", "[market]",
                   HARVEST_STORES)
{
    TestType stores;
    give(stores, ada, "wheat", 10);
    give(stores, bob, "coin", 1'000);
    const OrderId sale = placed(stores, ada, Side::sell, 30, 10);
    CHECK(held(stores, player_account(ada), "wheat") == 0);
    CHECK(held(stores, escrow_account(sale), "wheat") == 10);
    const OrderId purchase = placed(stores, bob, Side::buy, 50, 4); // 120 coins at 30 each; 80 of 200 come back
    CHECK(held(stores, player_account(bob), "coin") == 880);
    CHECK(held(stores, player_account(bob), "wheat") == 4);
    CHECK(held(stores, player_account(ada), "coin") == 117);
    CHECK(held(stores, "fee", "coin") == 3); // 2 % of 120, rounded up
    CHECK(held(stores, escrow_account(purchase), "coin") == 0);
    stores.reopen();
    const MarketOrder left = look(stores, ada, sale);
    CHECK(left.left == 6);
    CHECK(left.earned == 120);
    CHECK(left.state == OrderState::open);
    CHECK(left.expires_at == noon + week);
    CHECK(look(stores, bob, purchase).state == OrderState::filled);
    const Result<std::vector<MarketTrade>> trades = get(stores->market.trades("wheat", 0, 10, stores.soon()));
    REQUIRE(trades->size() == 1);
    CHECK(trades->front().price == 30);
    CHECK(trades->front().quantity == 4);
    CHECK(trades->front().taker == Side::buy);
    // The second piece: 2 % of 150 in all is 3, which has been paid.
    placed(stores, bob, Side::buy, 30, 1);
    CHECK(held(stores, "fee", "coin") == 3);
    CHECK(held(stores, player_account(ada), "coin") == 147);
    check_sound(stores);
}

TEMPLATE_TEST_CASE("A cancel returns exactly what is left, once", "[market]", HARVEST_STORES)
{
    TestType stores;
    give(stores, ada, "coin", 100);
    give(stores, bob, "wheat", 3);
    const OrderId purchase = placed(stores, ada, Side::buy, 7, 10);
    placed(stores, bob, Side::sell, 5, 3);
    CHECK(held(stores, player_account(ada), "coin") == 30);
    CHECK(cancel(stores, ada, purchase, "c").value() == "\"left 7\"");
    CHECK(held(stores, player_account(ada), "coin") == 79);
    CHECK(held(stores, escrow_account(purchase), "coin") == 0);
    CHECK(look(stores, ada, purchase).state == OrderState::cancelled);
    const std::size_t told = events_in(stores);
    // T3: the same cancel again and again, under its key or another, pays nothing more.
    for (int again = 0; again < 3; ++again) CHECK(cancel(stores, ada, purchase, "c").value() == "\"left 7\"");
    CHECK(cancel(stores, ada, purchase, "d").error() == MarketErrc::order_closed);
    stores.reopen();
    CHECK(cancel(stores, ada, purchase, "c").value() == "\"left 7\"");
    CHECK(held(stores, player_account(ada), "coin") == 79);
    CHECK(events_in(stores) == told);
    CHECK(get(stores->market.book("wheat", 10, noon, stores.soon()))->bids.empty());
    check_sound(stores);
}

TEMPLATE_TEST_CASE("T3: many cancels at once, among trades: one of them returns what is left", "[market]",
                   HARVEST_STORES)
{
    TestType stores;
    give(stores, ada, "coin", 1'000);
    give(stores, bob, "wheat", 1'000);
    for (int round = 0; round < 5; ++round) {
        const OrderId purchase = placed(stores, ada, Side::buy, 10, 20);
        int closed = 0, done = 0;
        Loop loop;
        for (int sender = 0; sender < 20; ++sender) {
            loop.spawn([&, key = fmt::format("r{}-{}", round, sender / 2)]() -> Task<void> {
                CancelOrder mine = cancelling(stores, ada, purchase, key);
                const Result<std::string> reply = co_await stores->market.cancel_order(std::move(mine), stores.soon());
                if (reply)
                    ++done;
                else if (reply.error() == MarketErrc::order_closed)
                    ++closed;
                else
                    FAIL_CHECK(wire_code(reply.error()));
            });
            if (sender % 5 == 0)
                loop.spawn([&]() -> Task<void> {
                    OpenOrder mine = opening(stores, bob, Side::sell, 10, 1);
                    const Result<OrderOpened> reply =
                        co_await stores->market.open_order(std::move(mine), stores.soon());
                    CHECK(reply);
                });
        }
        loop.run();
        CHECK(done == 2); // one key, sent twice
        CHECK(closed == 18);
        CHECK(held(stores, escrow_account(purchase), "coin") == 0);
    }
    // What ada lacks of her coins she has in wheat, at ten each; bob's other orders stand.
    CHECK(held(stores, player_account(ada), "coin") + 10 * held(stores, player_account(ada), "wheat") == 1'000);
    check_sound(stores);
}

TEMPLATE_TEST_CASE("The same key and request: one order and equal replies; another request is refused", "[market]",
                   HARVEST_STORES)
{
    TestType stores;
    give(stores, ada, "coin", 100);
    OpenOrder first = opening(stores, ada, Side::buy, 2, 10);
    first.record.key = "key";
    const std::string reply = put(stores, first).value();
    OpenOrder again = opening(stores, ada, Side::buy, 2, 10); // made anew, with other ids
    again.record.key = "key";
    again.refused = MarketErrc::halted; // what was done before still holds
    CHECK(put(stores, again).value() == reply);
    CHECK(put(stores, first).value() == reply);
    OpenOrder other = opening(stores, ada, Side::buy, 2, 11);
    other.record.key = "key";
    CHECK(put(stores, other).error() == protocol::IdempotencyErrc::key_reused);
    CHECK(get(stores->market.orders(ada, false, OrderId{}, 10, stores.soon()))->size() == 1);
    CHECK(held(stores, player_account(ada), "coin") == 80);
    CHECK(events_in(stores) == 1);
    check_sound(stores);
}

TEMPLATE_TEST_CASE("A refused order changes nothing", "[market]", HARVEST_STORES)
{
    TestType stores;
    give(stores, ada, "coin", 100);
    give(stores, ada, "wheat", 5);
    const OrderId mine = placed(stores, ada, Side::sell, 9, 2);
    const std::size_t told = events_in(stores);
    CHECK(put(stores, opening(stores, ada, Side::buy, 1, 101)).error() == MarketErrc::no_coin);
    CHECK(put(stores, opening(stores, ada, Side::sell, 9, 4)).error() == MarketErrc::no_goods);
    CHECK(put(stores, opening(stores, bob, Side::sell, 9, 1)).error() == MarketErrc::no_goods);
    CHECK(put(stores, opening(stores, ada, Side::buy, 9, 1)).error() == MarketErrc::self_trade);
    OpenOrder halted = opening(stores, ada, Side::buy, 1, 1);
    halted.refused = MarketErrc::halted;
    CHECK(put(stores, halted).error() == MarketErrc::halted);
    CHECK(cancel(stores, bob, mine, "k").error() == MarketErrc::no_such_order);
    CHECK(cancel(stores, ada, OrderId{"o_none"}, "k").error() == MarketErrc::no_such_order);
    CHECK(held(stores, player_account(ada), "coin") == 100);
    CHECK(held(stores, player_account(ada), "wheat") == 3);
    CHECK(held(stores, escrow_account(mine), "wheat") == 2);
    CHECK(events_in(stores) == told);
    CHECK(get(stores->market.orders(ada, false, OrderId{}, 10, stores.soon()))->size() == 1);
    CHECK(cancel(stores, ada, mine, "k")); // a refusal does not use up its key
    check_sound(stores);
}

TEMPLATE_TEST_CASE("A newer order ends at its owner's own, with what is left of it returned", "[market]",
                   HARVEST_STORES)
{
    TestType stores;
    give(stores, ada, "coin", 100);
    give(stores, ada, "wheat", 5);
    give(stores, bob, "wheat", 5);
    placed(stores, bob, Side::sell, 4, 2);
    const OrderId mine = placed(stores, ada, Side::sell, 5, 5);
    const OrderId purchase = placed(stores, ada, Side::buy, 6, 4);
    CHECK(look(stores, ada, purchase).state == OrderState::self_trade);
    CHECK(look(stores, ada, mine).left == 5);
    CHECK(held(stores, player_account(ada), "coin") == 92);
    CHECK(held(stores, player_account(ada), "wheat") == 2);
    CHECK(held(stores, escrow_account(purchase), "coin") == 0);
    check_sound(stores);
}
