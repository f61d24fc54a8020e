// The market over REST, from the request to the ledger.
#include "common/protocol/market.hpp"
#include "common/protocol/problem.hpp"
#include "tests/unit/gateway/world.hpp"

using namespace harvest;
using namespace harvest::test;
using game::economy::OrderState;
using game::economy::Side;

namespace {

struct Trader {
    Trader(GatewayWorld& in, const std::string& name) : world(in), tokens(in.register_player(name).value()) {}

    void give(const std::string& asset, std::int64_t amount)
    {
        const std::vector<Transfer> grant{{new_id<TransferId>(world.clock, world.entropy), asset, "mint",
                                           player_account(tokens.player), amount, "test"}};
        REQUIRE(world.wait(world.ledger.transfer(grant, world.clock.now(), {}, world.by())).has_value());
    }
    HttpResponse send(const std::string& method, const std::string& path, std::string body, const std::string& key,
                      const std::string& query = "")
    {
        HttpRequest request;
        request.method = method;
        request.path = "/v1/market/" + path;
        request.query = query;
        request.remote_address = "192.0.2.1";
        request.headers = {{"authorization", "Bearer " + tokens.access_token}};
        if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
        if (!key.empty()) request.headers.emplace_back("idempotency-key", key);
        request.body = std::move(body);
        return world.ask(std::move(request));
    }
    HttpResponse order(const std::string& side, const std::string& price, const std::string& quantity,
                       const std::string& key, const std::string& asset = "beet")
    {
        return send("POST", "orders",
                    R"({"asset":")" + asset + R"(","side":")" + side + R"(","price":")" + price + R"(","quantity":")" +
                        quantity + R"("})",
                    key);
    }
    HttpResponse cancel(const OrderId& id, const std::string& key)
    {
        return send("DELETE", "orders/" + id.value, "", key);
    }
    std::int64_t held(const std::string& asset)
    {
        for (const Balance& balance : *world.wait(world.ledger.balances(player_account(tokens.player), world.by())))
            if (balance.asset == asset) return balance.amount;
        return 0;
    }

    GatewayWorld& world;
    protocol::TokenPair tokens;
};

struct Fair { // two traders with 100 coins each; ada has beets
    Fair() : ada(world, "Ada"), bob(world, "Bob") { ada.give("beet", 20); }
    GatewayWorld world;
    Trader ada, bob;
};

} // namespace

TEST_CASE("sell, buy, cancel: the balances, the book and the log follow", "[gateway][market]")
{
    Fair fair;
    const auto sale = body_of<protocol::OrderReply>(fair.ada.order("sell", "7", "10", "s"));
    CHECK(sale.order.state == OrderState::open);
    CHECK(sale.order.expires_at == to_rfc3339(fair.world.clock.now() + 7 * 24h));
    CHECK(fair.ada.held("beet") == 10);
    const auto book = body_of<protocol::BookInfo>(fair.bob.send("GET", "book/beet", "", ""));
    REQUIRE(book.asks.size() == 1);
    CHECK(book.asks[0].price.units == 7);
    CHECK(book.asks[0].quantity.units == 10);
    CHECK_FALSE(book.halted);
    const auto purchase = body_of<protocol::OrderReply>(fair.bob.order("buy", "9", "4", "b"));
    CHECK(purchase.order.state == OrderState::filled);
    REQUIRE(purchase.fills.size() == 1);
    CHECK(purchase.fills[0].price.units == 7);
    CHECK(purchase.fills[0].fee.units == 1);
    REQUIRE(purchase.returned.size() == 1);
    CHECK(purchase.returned[0].amount.units == 8);
    CHECK(fair.bob.held("coin") == 72);
    CHECK(fair.bob.held("beet") == 4);
    CHECK(fair.ada.held("coin") == 127);
    const auto cancelled = body_of<protocol::OrderReply>(fair.ada.cancel(sale.order.id, "c"));
    CHECK(cancelled.order.state == OrderState::cancelled);
    REQUIRE(cancelled.returned.size() == 1);
    CHECK(cancelled.returned[0].asset == "beet");
    CHECK(cancelled.returned[0].amount.units == 6);
    CHECK(fair.ada.held("beet") == 16);

    const auto trades = body_of<protocol::TradeList>(fair.bob.send("GET", "trades/beet", "", ""));
    REQUIRE(trades.items.size() == 1);
    CHECK(trades.items[0].taker == Side::buy);
    REQUIRE(trades.candles.size() == 1);
    CHECK(trades.candles[0].volume.units == 4);
    const auto mine = body_of<protocol::OrderList>(fair.ada.send("GET", "orders", "", ""));
    REQUIRE(mine.items.size() == 1);
    CHECK(mine.items[0].closed_at);
    CHECK_FALSE(mine.next_cursor);
    CHECK(body_of<protocol::OrderList>(fair.ada.send("GET", "orders", "", "", "state=open")).items.empty());

    std::multiset<std::string> types;
    const auto events = fair.world.wait(fair.world.log.read("harvest.game", "", 0, 100, fair.world.by()));
    for (const StoredEvent& event : *events) types.insert(event.event.type);
    CHECK(types == std::multiset<std::string>{"harvest.game.market.closed.v1", "harvest.game.market.opened.v1",
                                              "harvest.game.market.opened.v1", "harvest.game.market.traded.v1"});
}

TEST_CASE("the same key and body: the same reply; another body: 422; no cancel returns twice", "[gateway][market]")
{
    Fair fair;
    const HttpResponse first = fair.ada.order("sell", "7", "10", "key");
    CHECK(first.status == 200);
    fair.world.clock.advance(30s);
    CHECK(fair.ada.order("sell", "7", "10", "key").body == first.body);
    CHECK(fair.ada.held("beet") == 10);
    const HttpResponse other = fair.ada.order("sell", "7", "9", "key");
    CHECK(other.status == 422);
    CHECK(code_of(other) == "idempotency.key_reused");
    const OrderId id = body_of<protocol::OrderReply>(first).order.id;
    CHECK(fair.ada.cancel(id, "key").status == 422);
    const HttpResponse cancelled = fair.ada.cancel(id, "c");
    CHECK(cancelled.status == 200);
    CHECK(fair.ada.cancel(id, "c").body == cancelled.body);
    CHECK(code_of(fair.ada.cancel(id, "d")) == "market.order_closed");
    CHECK(fair.ada.held("beet") == 20);
}

TEST_CASE("who is banned from the market is told so, and takes back what is open", "[gateway][market]")
{
    Fair fair;
    const auto sale = body_of<protocol::OrderReply>(fair.ada.order("sell", "7", "10", "s"));
    Sanction ban;
    ban.player = fair.ada.tokens.player;
    ban.kind = "ban";
    ban.scope = "market";
    ban.until = fair.world.clock.now() + 1h;
    ban.audit = new_id<AuditId>(fair.world.clock, fair.world.entropy);
    REQUIRE(fair.world.wait(fair.world.accounts.sanction({ban}, {}, fair.world.by())).has_value());
    const HttpResponse refused = fair.ada.order("sell", "7", "5", "t");
    CHECK(refused.status == 403);
    CHECK(code_of(refused) == "market.banned");
    CHECK(fair.ada.held("beet") == 10);
    CHECK(fair.bob.order("buy", "3", "1", "b").status == 200);
    CHECK(fair.ada.cancel(sale.order.id, "c").status == 200);
    CHECK(fair.ada.held("beet") == 20);
}

TEST_CASE("market requests that make no sense are refused with their code and change nothing", "[gateway][market]")
{
    Fair fair;
    const auto code = [&](const std::string& side, const std::string& price, const std::string& quantity,
                          const std::string& asset = "beet") {
        return code_of(fair.ada.order(side, price, quantity, "k", asset));
    };
    const std::string most = std::to_string(std::numeric_limits<std::int64_t>::max());
    CHECK(code("sell", "0", "1") == "market.bad_price");
    CHECK(code("sell", "-3", "1") == "market.bad_price");
    CHECK(code("sell", most, "1") == "market.bad_price");
    CHECK(code("sell", "1", "0") == "market.bad_quantity");
    CHECK(code("sell", "1", "-1") == "market.bad_quantity");
    CHECK(code("buy", "1", most) == "market.bad_quantity");
    CHECK(code("buy", "1000000", "100000") == "market.too_large");
    CHECK(code("sell", "1", "9223372036854775808") == "invalid_argument");
    CHECK(code("sell", "1.5", "1") == "invalid_argument");
    CHECK(code("lend", "1", "1") == "invalid_argument");
    CHECK(code("sell", "1", "1", "coin") == "market.no_such_asset");
    CHECK(code("sell", "1", "1", "rice") == "market.no_such_asset");
    CHECK(code("sell", "1", "1", "stardust") == "market.halted");
    CHECK(code("sell", "1", "21") == "market.no_goods");
    CHECK(code("sell", "1", "1", "seed.beet") == "market.no_goods");
    CHECK(code("buy", "1", "101") == "market.no_coin");
    CHECK(code_of(fair.ada.order("sell", "1", "1", "")) == "idempotency.key_missing");
    CHECK(code_of(fair.ada.send("POST", "orders", R"({"asset":"beet","side":"sell","price":"1"})", "k")) ==
          "invalid_argument");
    CHECK(code_of(fair.ada.send("POST", "orders", R"({"asset":"beet","side":"sell","price":1,"quantity":"1"})", "k")) ==
          "invalid_argument");
    CHECK(fair.ada.order("sell", "0", "1", "k").status == 400);
    CHECK(fair.ada.order("sell", "1", "1", "k", "rice").status == 404);
    CHECK(fair.ada.order("sell", "1", "21", "k").status == 409);
    CHECK(fair.ada.held("beet") == 20);
    CHECK(fair.ada.held("coin") == 100);
    CHECK(body_of<protocol::OrderList>(fair.ada.send("GET", "orders", "", "")).items.empty());
    CHECK(code_of(fair.ada.send("GET", "book/coin", "", "")) == "market.no_such_asset");
    CHECK(code_of(fair.ada.send("GET", "trades/rice", "", "")) == "market.no_such_asset");
    CHECK(code_of(fair.ada.send("GET", "trades/beet", "", "", "cursor=x")) == "invalid_argument");
    CHECK(code_of(fair.ada.send("GET", "orders", "", "", "state=shut")) == "invalid_argument");
    CHECK(code_of(fair.ada.send("GET", "orders", "", "", "cursor=1")) == "invalid_argument");
    CHECK(code_of(fair.ada.send("GET", "orders", "", "", "page=1")) == "invalid_argument");
}

TEST_CASE("one's own order is not met, and another's is not found", "[gateway][market]")
{
    Fair fair;
    const auto sale = body_of<protocol::OrderReply>(fair.ada.order("sell", "7", "10", "s"));
    CHECK(code_of(fair.ada.order("buy", "7", "1", "b")) == "market.self_trade");
    CHECK(fair.ada.held("coin") == 100);
    CHECK(code_of(fair.bob.cancel(sale.order.id, "c")) == "market.no_such_order");
    CHECK(fair.bob.cancel(sale.order.id, "c").status == 404);
    CHECK(code_of(fair.bob.send("DELETE", "orders/p_1", "", "c")) == "market.no_such_order");
    CHECK(code_of(fair.ada.cancel(sale.order.id, "")) == "idempotency.key_missing");
    CHECK(body_of<protocol::BookInfo>(fair.bob.send("GET", "book/beet", "", "")).asks.size() == 1);
    CHECK(body_of<protocol::OrderList>(fair.bob.send("GET", "orders", "", "")).items.empty());
}

TEST_CASE("one's orders page by cursor", "[gateway][market]")
{
    Fair fair;
    fair.bob.give("beet", 100);
    for (int i = 0; i < 50; ++i) {
        fair.world.clock.advance(1s);
        CHECK(fair.bob.order("sell", "9", "1", "k" + std::to_string(i)).status == 200);
    }
    CHECK(code_of(fair.bob.order("sell", "9", "1", "more")) == "market.too_many_orders");
    const auto first = body_of<protocol::OrderList>(fair.bob.send("GET", "orders", "", "", "state=open"));
    CHECK(first.items.size() == 50);
    CHECK_FALSE(first.next_cursor);
    CHECK(fair.bob.cancel(first.items[0].id, "c").status == 200);
    CHECK(fair.bob.order("sell", "9", "1", "more").status == 200);
    const auto page = body_of<protocol::OrderList>(fair.bob.send("GET", "orders", "", ""));
    CHECK(page.items.size() == 50);
    REQUIRE(page.next_cursor);
    const auto last =
        body_of<protocol::OrderList>(fair.bob.send("GET", "orders", "", "", "cursor=" + page.next_cursor->value));
    CHECK(last.items.size() == 1);
}
