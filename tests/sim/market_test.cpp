// The market over live messages, with faults between the daemons.
#include "common/protocol/idempotency.hpp"
#include "common/protocol/market.hpp"
#include "tests/sim/possessions.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/explained.hpp"
#include "tests/support/flaky.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

std::string order(const std::string& side, int price, int quantity)
{
    return R"({"asset":"beet","side":")" + side + R"(","price":")" + std::to_string(price) + R"(","quantity":")" +
           std::to_string(quantity) + R"("})";
}

std::string cancel(const OrderId& id)
{
    return R"({"order":")" + id.value + R"("})";
}

protocol::OrderReply reply_of(const std::string& text)
{
    const auto reply = protocol::decode<protocol::OrderReply>(text);
    REQUIRE(reply);
    return *reply;
}

} // namespace

TEST_CASE("Two players trade over live links, and what is left is taken back", "[sim][market]")
{
    World world;
    world.start();
    const Player seller = world.new_player("kestrel"), buyer = world.new_player("heron");
    give(world, seller, "beet", 10);
    give(world, buyer, "coin", 100);
    world.play([&]() -> Task<void> {
        const std::int64_t coins = co_await held(world, buyer.id, "coin");
        const std::unique_ptr<LiveClient> one = co_await world.signed_in(seller);
        const std::unique_ptr<LiveClient> two = co_await world.signed_in(buyer);
        const Result<std::string> sale = co_await one->call("market.order", order("sell", 5, 10), "k1");
        REQUIRE(sale);
        CHECK((co_await one->call("market.order", order("sell", 5, 10))).error() ==
              protocol::IdempotencyErrc::key_missing);
        CHECK((co_await one->call("market.order", order("sell", 0, 10), "k2")).error() ==
              game::economy::MarketErrc::bad_price);
        CHECK(one->error_text == "market.bad_price");
        const Result<std::string> book = co_await two->call("market.book", R"({"asset":"beet"})");
        REQUIRE(book);
        CHECK(book->find(R"("asks":[{"price":"5","quantity":"10","orders":1}])") != std::string::npos);
        REQUIRE(co_await two->call("market.order", order("buy", 6, 4), "k1"));
        CHECK(co_await held(world, buyer.id, "coin") == coins - 20);
        CHECK(co_await held(world, buyer.id, "beet") == 4);
        const std::string taken_back = cancel(reply_of(*sale).order.id);
        CHECK((co_await two->call("market.cancel", taken_back, "k2")).error() ==
              game::economy::MarketErrc::no_such_order);
        REQUIRE(co_await one->call("market.cancel", taken_back, "k3"));
        CHECK(co_await held(world, seller.id, "beet") == 6);
        one->close();
        two->close();
    });
    CHECK(sound(world));
    CHECK(unexplained(world) == std::vector<std::string>());
}

// T3: the Rpc between connsrv and instance loses calls and replies and repeats them; a client repeats with the same
// key.
TEST_CASE("T3: however often an order or a cancel is lost or doubled, it is done once", "[sim][market]")
{
    int seen = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        std::unique_ptr<Faults> faults;
        std::unique_ptr<FlakyRpc> flaky;
        WorldOptions options;
        options.seed = seed;
        World* made = nullptr;
        options.rpc = [&](Rpc& inner) -> Rpc& {
            if (!faults) faults = std::make_unique<Faults>(seed, FaultRates{150, 150, 150, 100, 300ms}, made->clock);
            if (!flaky) flaky = std::make_unique<FlakyRpc>(inner, *faults);
            return *flaky;
        };
        World world(options);
        made = &world;
        world.start();
        const Player player = world.new_player("kestrel");
        give(world, player, "beet", 100);
        world.play([&]() -> Task<void> {
            std::unique_ptr<LiveClient> live;
            const auto surely = [&](std::string op, std::string data, std::string key) -> Task<std::string> {
                for (int tries = 0; tries < 50; ++tries) {
                    if (!live || live->ended()) {
                        live = world.client();
                        if (!co_await live->connect()) continue;
                        std::string hello = World::hello(player);
                        if (!co_await live->call("session.hello", std::move(hello))) {
                            live->close();
                            continue;
                        }
                    }
                    const Result<std::string> reply = co_await live->call(op, data, key);
                    if (reply) co_return *reply;
                    (void)co_await world.clock.sleep_until(world.clock.after(1s));
                }
                FAIL_CHECK("never done: " << op << " " << key);
                co_return std::string();
            };
            for (int round = 0; round < 6; ++round) {
                const std::string number = std::to_string(round);
                const std::string opened = co_await surely("market.order", order("sell", 3, 10), "order-" + number);
                CHECK(co_await held(world, player.id, "beet") == 90);
                const std::string closed =
                    co_await surely("market.cancel", cancel(reply_of(opened).order.id), "cancel-" + number);
                CHECK(reply_of(closed).returned.at(0).amount.units == 10);
                CHECK(co_await held(world, player.id, "beet") == 100);
            }
            live->close();
        });
        for (const char* kind : {"rpc.lost", "rpc.reply_lost", "rpc.doubled"}) seen += faults->count[kind];
        faults->stop();
        CHECK(sound(world));
        CHECK(unexplained(world) == std::vector<std::string>());
    }
    CHECK(seen > 10);
}
