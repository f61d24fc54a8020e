// Two processes on one PostgreSQL: their orders meet as if they had come one after the other.
#include "tests/contract/support/market.hpp"

#include <random>

using namespace harvest;
using namespace harvest::test;

TEST_CASE("Orders of two writers leave no book crossed and lose nothing", "[market]")
{
    PostgresStores stores;
    OpenStores other(std::make_unique<postgres::PostgresDatabase>(stores.options(), stores.clock), stores.clock);
    const std::vector<PlayerId> players{ada, bob, cid};
    for (const PlayerId& player : players) {
        give(stores, player, "coin", 10'000);
        give(stores, player, "wheat", 1'000);
    }
    std::mt19937 random(7);
    for (int round = 0; round < 4; ++round) {
        Loop loop;
        for (int sender = 0; sender < 40; ++sender) {
            const OpenOrder open =
                opening(stores, players[random() % players.size()], random() % 2 == 0 ? Side::buy : Side::sell,
                        8 + static_cast<std::int64_t>(random() % 5), 1 + static_cast<std::int64_t>(random() % 9));
            Market& market = sender % 2 == 0 ? static_cast<Market&>(stores->market) : other.market;
            loop.spawn([&stores, &market, open]() -> Task<void> {
                Result<OrderOpened> reply(Errc::conflict);
                for (int tries = 0; !reply && reply.error() == Errc::conflict && tries < 50; ++tries) {
                    OpenOrder mine = open;
                    reply = co_await market.open_order(std::move(mine), stores.soon());
                }
                if (!reply) CHECK(classify(reply.error()) == Errc::failed_precondition);
            });
        }
        loop.run();
        const BookView book = get(stores->market.book("wheat", 1, noon, stores.soon())).value();
        if (!book.bids.empty() && !book.asks.empty()) CHECK(book.bids[0].price < book.asks[0].price);
    }
    CHECK(get(other.market.trades("wheat", 0, 1'000, stores.soon()))->size() > 20);
    std::int64_t coins = held(stores, "fee", "coin"), wheat = 0;
    for (const PlayerId& player : players) {
        coins += held(stores, player_account(player), "coin");
        wheat += held(stores, player_account(player), "wheat");
        for (const MarketOrder& order :
             get(stores->market.orders(player, true, OrderId{}, 1'000, stores.soon())).value()) {
            const Item stake = game::economy::stake_of(order);
            CHECK(held(stores, escrow_account(order.id), stake.asset) == stake.amount);
            (stake.asset == "coin" ? coins : wheat) += stake.amount;
        }
    }
    CHECK(coins == 30'000);
    CHECK(wheat == 3'000);
    check_sound(stores);
}
