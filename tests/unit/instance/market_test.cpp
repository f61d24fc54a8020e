// What an instance does for the market by itself: orders end, and the merchant comes once a day.
#include "common/game/economy/merchant.hpp"
#include "common/protocol/idempotency.hpp"
#include "common/protocol/market.hpp"
#include "common/protocol/session.hpp"
#include "common/protocol/social.hpp"
#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;
using game::economy::OrderState;
using game::economy::Side;

namespace {

void give(World& world, const std::string& asset, std::int64_t amount)
{
    const std::vector<Transfer> grant{
        {new_id<TransferId>(world.clock, world.entropy), asset, "mint", player_account(ada), amount, "test"}};
    REQUIRE(world.get(world.stores->ledger.transfer(grant, world.clock.now(), {}, world.soon())));
}

std::int64_t held(World& world, const std::string& account, const std::string& asset)
{
    const Result<std::vector<Balance>> balances = world.get(world.stores->ledger.balances(account, world.soon()));
    for (const Balance& balance : *balances)
        if (balance.asset == asset) return balance.amount;
    return 0;
}

std::vector<MarketOrder> orders_of(World& world, const PlayerId& player)
{
    return world.get(world.stores->market.orders(player, false, OrderId{}, 100, world.soon())).value();
}

const PlayerId bob{"p_01JDC8Z5K7QMBW2X9T4R6V0HNF"};

Result<std::string> ask_as(World& world, const PlayerId& player, const std::string& method, const std::string& request,
                           const std::string& key)
{
    RpcRequest call = call_of(world, "instance-0", method, request, key);
    auto asked = protocol::decode<protocol::PlayerCall>(call.body).value();
    asked.player = player;
    call.body = protocol::encode(asked);
    return world.get(world.rpc.call(std::move(call)));
}

// For an hour.
void impose(World& world, const std::string& kind, const std::string& scope)
{
    Sanction sanction;
    sanction.player = ada;
    sanction.kind = kind;
    sanction.scope = scope;
    sanction.since = world.clock.now();
    sanction.until = world.clock.now() + 1h;
    sanction.audit = new_id<AuditId>(world.clock, world.entropy);
    REQUIRE(world.get(world.stores->accounts.sanction({std::move(sanction)}, {}, world.soon())));
}

void with_merchant(World& world)
{
    game::economy::Merchant merchant;
    merchant.budget = 100;
    merchant.seeds = 5;
    merchant.floors = {{"beet", 7}};
    world.economy =
        std::make_shared<const game::economy::Content>(harvest::test::small_market({}, std::move(merchant)));
}

} // namespace

TEST_CASE("Any instance goes on with the market that another one served", "[instance][market]")
{
    World world;
    world.start("instance-0");
    world.start("instance-1");
    give(world, "beet", 10);
    const std::string sell = R"({"asset":"beet","side":"sell","price":"3","quantity":"4"})";
    const Result<std::string> first = ask(world, "instance-0", "market.order", sell, "k1");
    REQUIRE(first);
    CHECK(ask(world, "instance-1", "market.order", sell, "k1").value() == *first);
    CHECK(ask(world, "instance-1", "market.order", sell, "").error() == protocol::IdempotencyErrc::key_missing);
    CHECK(ask(world, "instance-1", "market.lend", "{}", "k2").error() == Errc::not_found);
    CHECK(ask(world, "instance-1", "market.order", "{}", "k2").error() == Errc::invalid_argument);
    const OrderId id = orders_of(world, ada).at(0).id;
    CHECK(ask(world, "instance-1", "market.cancel", R"({"order":")" + id.value + R"("})", "k3"));
    CHECK(held(world, player_account(ada), "beet") == 10);
}

TEST_CASE("An order whose time has passed is ended, and its stake returned", "[instance][market]")
{
    World world;
    game::economy::Rules rules;
    rules.lifetime = 1h;
    world.economy = std::make_shared<const game::economy::Content>(harvest::test::small_market(rules));
    world.start("instance-0");
    give(world, "beet", 10);
    REQUIRE(
        ask(world, "instance-0", "market.order", R"({"asset":"beet","side":"sell","price":"3","quantity":"4"})", "k1"));
    world.pass(30s);
    CHECK(orders_of(world, ada).at(0).state == OrderState::open);
    world.clock.advance(1h);
    world.pass(31s);
    CHECK(orders_of(world, ada).at(0).state == OrderState::expired);
    CHECK(held(world, player_account(ada), "beet") == 10);
}

TEST_CASE("The merchant offers once a day, within its budget, however many instances there are", "[instance][market]")
{
    World world;
    with_merchant(world);
    world.start("instance-0");
    world.start("instance-1");
    world.pass(61s);
    std::vector<MarketOrder> offers = orders_of(world, game::economy::merchant_id);
    REQUIRE(offers.size() == 2);
    const auto buys =
        std::find_if(offers.begin(), offers.end(), [](const MarketOrder& o) { return o.side == Side::buy; });
    REQUIRE(buys != offers.end());
    CHECK(buys->price == 7);
    CHECK(buys->quantity == 14);
    CHECK(held(world, "mint", "coin") == -98);
    CHECK(held(world, "mint", "seed.beet") == -5);
    give(world, "beet", 20);
    REQUIRE(ask(world, "instance-1", "market.order", R"({"asset":"beet","side":"sell","price":"6","quantity":"20"})",
                "k1"));
    CHECK(held(world, player_account(ada), "coin") == 96); // 14 at 7, less the fee
    world.clock.advance(24h);
    world.pass(61s);
    offers = orders_of(world, game::economy::merchant_id);
    CHECK(offers.size() == 4);
    CHECK(held(world, "mint", "coin") == -196 + 0);
    CHECK(held(world, "mint", "seed.beet") == -5); // yesterday's came back unsold
}

TEST_CASE("The owner of an order that was filled or has expired is told once, whoever it met", "[instance][market]")
{
    World world;
    game::economy::Rules rules;
    rules.lifetime = 1h;
    world.economy = std::make_shared<const game::economy::Content>(harvest::test::small_market(rules));
    world.start("instance-0");
    std::vector<protocol::PushRequest> pushed;
    world.rpc.serve("connsrv", "connsrv-0", world.loop.executor(),
                    [&pushed](RpcRequest request) -> AsyncResult<std::string> {
                        pushed.push_back(protocol::decode<protocol::PushRequest>(request.body).value());
                        co_return std::string("{}");
                    });
    for (const auto& [player, name] : {std::pair{ada, "Ada"}, std::pair{bob, "Bob"}}) {
        NewAccount account;
        account.account.id = player;
        account.account.name = name;
        REQUIRE(world.get(world.stores->accounts.create(std::move(account), world.soon())));
    }
    PlayerPresence here{ada, SessionId{"s_1"}, "connsrv-0", "desktop", "online"};
    REQUIRE(world.get(world.presence.put(here, 2h, world.soon())));
    give(world, "beet", 10);
    const std::vector<Transfer> coins{
        {new_id<TransferId>(world.clock, world.entropy), "coin", "mint", player_account(bob), 100, "test"}};
    REQUIRE(world.get(world.stores->ledger.transfer(coins, world.clock.now(), {}, world.soon())));
    REQUIRE(
        ask(world, "instance-0", "market.order", R"({"asset":"beet","side":"sell","price":"3","quantity":"4"})", "k1"));
    const std::string buy = R"({"asset":"beet","side":"buy","price":"3","quantity":"1"})";
    for (int again = 0; again < 2; ++again) REQUIRE(ask_as(world, bob, "market.order", buy, "b1"));
    world.pass(1s);
    REQUIRE(pushed.size() == 1);
    CHECK(pushed[0].op == "notify.new");
    CHECK(pushed[0].player == ada);
    CHECK(pushed[0].data.text.find(bob.value) == std::string::npos);
    CHECK(pushed[0].data.text.find("Bob") == std::string::npos);
    const auto told = protocol::decode<protocol::NotificationInfo>(pushed[0].data.text).value();
    CHECK(told.kind == "order_filled");
    CHECK(told.order->left.units == 3);
    world.clock.advance(1h);
    world.pass(31s);
    REQUIRE(pushed.size() == 2);
    CHECK(protocol::decode<protocol::NotificationInfo>(pushed[1].data.text)->kind == "order_expired");
    world.pass(61s);
    CHECK(pushed.size() == 2);
    world.rpc.withdraw("connsrv", "connsrv-0");
}

TEST_CASE("Who is banned from the market opens no order, and can take back what is open", "[instance][market]")
{
    World world;
    world.start("instance-0");
    give(world, "beet", 10);
    NewAccount account;
    account.account.id = ada;
    account.account.name = "Ada";
    REQUIRE(world.get(world.stores->accounts.create(std::move(account), world.soon())));
    const std::string sell = R"({"asset":"beet","side":"sell","price":"3","quantity":"4"})";
    const Result<std::string> before = ask(world, "instance-0", "market.order", sell, "k1");
    REQUIRE(before);
    int tries = 0;
    const auto outcome = [&](const std::string& kind, const std::string& scope) {
        impose(world, kind, scope);
        const Result<std::string> order =
            ask(world, "instance-0", "market.order", sell, "try-" + std::to_string(tries++));
        // What was done before is told again.
        CHECK(ask(world, "instance-0", "market.order", sell, "k1").value() == *before);
        REQUIRE(world.get(world.stores->accounts.lift({ada, kind}, {}, world.soon())));
        return order ? std::string("opened") : std::string(wire_code(order.error()));
    };
    CHECK(outcome("ban", "market") == "market.banned");
    CHECK(outcome("ban", "all") == "market.banned");
    CHECK(outcome("ban", "login") == "market.banned");
    CHECK(held(world, player_account(ada), "beet") == 6);
    CHECK(outcome("ban", "ranked") == "opened");
    give(world, "beet", 4);
    CHECK(outcome("mute", "all") == "opened");
    impose(world, "ban", "market");
    for (const MarketOrder& order : orders_of(world, ada))
        CHECK(ask(world, "instance-0", "market.cancel", R"({"order":")" + order.id.value + R"("})", order.id.value));
    CHECK(held(world, player_account(ada), "beet") == 14);
    world.clock.advance(2h);
    CHECK(ask(world, "instance-0", "market.order", sell, "later"));
}

TEST_CASE("A serial goes with one copy of a card to sell", "[instance][market]")
{
    const game::economy::Content market = harvest::test::small_market();
    MarketAsk asked;
    asked.player = ada;
    const auto refused = [&](const std::string& request) {
        const auto order = protocol::decode<protocol::OrderRequest>(request).value();
        const Result<OpenOrder> open = open_order(market, order, asked);
        return open ? std::string("taken") : std::string(wire_code(open.error()));
    };
    const auto request = [](const std::string& asset, const std::string& side, int quantity, int serial) {
        return R"({"asset":")" + asset + R"(","side":")" + side + R"(","price":"3","quantity":")" +
               std::to_string(quantity) + R"(","serial":)" + std::to_string(serial) + "}";
    };
    CHECK(refused(request("card.fox", "sell", 1, 4)) == "taken");
    CHECK(refused(request("card.fox", "sell", 2, 4)) == "market.bad_serial");
    CHECK(refused(request("card.fox", "buy", 1, 4)) == "market.bad_serial");
    CHECK(refused(request("beet", "sell", 1, 4)) == "market.bad_serial");
    for (const int serial : {0, -1}) CHECK(refused(request("card.fox", "sell", 1, serial)) == "market.bad_serial");
}

TEST_CASE("What today's content says against an order leaves what was taken before to its key", "[instance][market]")
{
    game::economy::Content market = harvest::test::small_market();
    MarketAsk asked;
    asked.player = ada;
    asked.key = "tuesday";
    const auto open = [&](const std::string& asset, const std::string& price) {
        const auto order = protocol::decode<protocol::OrderRequest>(
            R"({"asset":")" + asset + R"(","side":"buy","price":")" + price + R"(","quantity":"1"})");
        return open_order(market, order.value(), asked).value();
    };
    CHECK_FALSE(open("beet", "3").refused);
    for (const OpenOrder& each : {open("no_such", "3"), open("beet", "999999999999")}) {
        CHECK(each.refused);
        CHECK(each.record.key == "tuesday");
    }
    CHECK(wire_code(open("no_such", "3").refused) == "market.no_such_asset");
}
