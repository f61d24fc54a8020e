// The farm over REST, from the request to the ledger.
#include "common/protocol/farm.hpp"
#include "common/protocol/problem.hpp"
#include "tests/unit/gateway/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

struct Farmer {
    Farmer() : tokens(world.register_player("Kestrel").value())
    {
        const std::vector<Transfer> grant{{new_id<TransferId>(world.clock, world.entropy), "seed.beet", "mint",
                                           player_account(tokens.player), 5, "test"}};
        REQUIRE(world.wait(world.ledger.transfer(grant, world.clock.now(), {}, world.by())).has_value());
    }

    HttpResponse act(const std::string& what, std::string body, const std::string& key)
    {
        HttpRequest request;
        request.method = "POST";
        request.path = "/v1/farm/" + what;
        request.remote_address = "192.0.2.1";
        request.headers = {{"content-type", "application/json"},
                           {"authorization", "Bearer " + tokens.access_token},
                           {"idempotency-key", key}};
        request.body = std::move(body);
        return world.ask(std::move(request));
    }

    protocol::FarmInfo look()
    {
        return body_of<protocol::FarmInfo>(world.ask("GET", "/v1/farm", {}, tokens.access_token));
    }

    std::int64_t held(const std::string& asset)
    {
        for (const Balance& balance : *world.wait(world.ledger.balances(player_account(tokens.player), world.by())))
            if (balance.asset == asset) return balance.amount;
        return 0;
    }

    GatewayWorld world;
    protocol::TokenPair tokens;
};

} // namespace

TEST_CASE("a new farm has twelve empty plots, the price of the next and the weather", "[gateway][farm]")
{
    Farmer farmer;
    const protocol::FarmInfo farm = farmer.look();
    CHECK(farm.at == to_rfc3339(farmer.world.clock.now()));
    CHECK(farm.plots.size() == 12);
    for (const protocol::PlotInfo& plot : farm.plots) CHECK(plot.state == game::farm::Stage::empty);
    REQUIRE(farm.next_plot_price);
    CHECK(farm.next_plot_price->units == 650);
    CHECK(farm.weather.size() == 7);
}

TEST_CASE("plant, water, wait, harvest: the balance follows, and the event log tells", "[gateway][farm]")
{
    Farmer farmer;
    const auto planted = body_of<protocol::FarmReply>(farmer.act("plant", R"({"plots":[1,2],"crop":"beet"})", "key-1"));
    REQUIRE(planted.plots.size() == 2);
    CHECK(planted.plots[0].state == game::farm::Stage::growing);
    CHECK(farmer.held("seed.beet") == 3);
    CHECK(code_of(farmer.act("harvest", R"({"plots":[1]})", "key-2")) == "farm.not_ripe");
    CHECK(code_of(farmer.act("water", R"({"plots":[1]})", "key-3")) == "farm.not_thirsty");
    farmer.world.clock.advance(25s);
    CHECK(farmer.act("water", R"({"plots":[1,2]})", "key-3").status == 200); // a refusal does not use up its key
    farmer.world.clock.advance(45s);
    CHECK(farmer.act("water", R"({"plots":[1]})", "key-4").status == 200);
    farmer.world.clock.advance(30s);
    CHECK(farmer.look().plots[0].state == game::farm::Stage::ripe);
    const auto cut = body_of<protocol::FarmReply>(farmer.act("harvest", R"({"plots":[1,2]})", "key-5"));
    REQUIRE(cut.gained.size() == 1);
    CHECK(cut.gained[0].asset == "beet");
    CHECK(cut.gained[0].amount.units == 230); // 130 and 100
    CHECK(farmer.held("beet") == 230);
    CHECK(farmer.look().plots[0].state == game::farm::Stage::empty);

    std::vector<std::string> types;
    const auto events = farmer.world.wait(farmer.world.log.read("harvest.game", "", 0, 100, farmer.world.by()));
    for (const StoredEvent& event : *events) {
        types.push_back(event.event.type);
        CHECK(event.event.subject == farmer.tokens.player.value);
        CHECK(event.event.data.find("seed\":") == std::string::npos); // the chance of a plot is nobody's business
    }
    CHECK(types == std::vector<std::string>{"harvest.game.farm.planted.v1", "harvest.game.farm.watered.v1",
                                            "harvest.game.farm.watered.v1", "harvest.game.farm.harvested.v1"});
}

TEST_CASE("the same key and body: the same reply, byte for byte; another body: 422", "[gateway][farm]")
{
    Farmer farmer;
    const HttpResponse first = farmer.act("plant", R"({"plots":[1],"crop":"beet"})", "key");
    CHECK(first.status == 200);
    farmer.world.clock.advance(30s);
    const HttpResponse again = farmer.act("plant", R"({ "crop": "beet", "plots": [1] })", "key");
    CHECK(again.status == 200);
    CHECK(again.body == first.body);
    CHECK(farmer.held("seed.beet") == 4);
    const HttpResponse other = farmer.act("plant", R"({"plots":[2],"crop":"beet"})", "key");
    CHECK(other.status == 422);
    CHECK(code_of(other) == "idempotency.key_reused");
    CHECK(farmer.act("water", R"({"plots":[1]})", "key").status == 422); // another action is another request
    CHECK(farmer.act("water", R"({"plots":[1]})", "key-2").status == 200);
}

TEST_CASE("farm requests that make no sense are refused with their code", "[gateway][farm]")
{
    Farmer farmer;
    const auto code = [&](const std::string& what, const std::string& body, const std::string& key = "k") {
        return code_of(farmer.act(what, body, key));
    };
    CHECK(code("plant", R"({"plots":[1],"crop":"beet"})", "") == "idempotency.key_missing");
    CHECK(code("plant", R"({"plots":[1],"crop":"beet"})", std::string(65, 'k')) == "idempotency.key_missing");
    CHECK(code("plant", R"({"plots":[1]})") == "invalid_argument");
    CHECK(code("plant", R"({"plots":[1],"crop":"beet","now":"2030-01-01T00:00:00Z"})") == "invalid_argument");
    CHECK(code("plant", R"({"plots":["1"],"crop":"beet"})") == "invalid_argument");
    CHECK(code("plant", R"({"plots":[],"crop":"beet"})") == "farm.plot_named_twice");
    CHECK(code("plant", R"({"plots":[1,1],"crop":"beet"})") == "farm.plot_named_twice");
    CHECK(code("plant", R"({"plots":[13],"crop":"beet"})") == "farm.no_such_plot");
    CHECK(code("plant", R"({"plots":[1],"crop":"rice"})") == "farm.no_such_crop");
    CHECK(code("plant", R"({"plots":[1,2,3,4,5,6],"crop":"beet"})") == "farm.no_seed");
    CHECK(code("plant", R"({"plots":[1],"crop":"beet","compost":true})") == "farm.no_compost");
    CHECK(code("harvest", R"({"plots":[1]})") == "farm.plot_empty");
    CHECK(code("expand", "{}") == "farm.no_coin");
    CHECK(farmer.act("plant", R"({"plots":[13],"crop":"beet"})", "k").status == 404);
    CHECK(farmer.act("expand", "{}", "k").status == 409);
}

TEST_CASE("buying seeds and plots costs coins", "[gateway][farm]")
{
    Farmer farmer;
    const std::int64_t coins = farmer.held("coin");
    REQUIRE(coins == 100);
    const auto bought =
        body_of<protocol::FarmReply>(farmer.act("plant", R"({"plots":[1,2,3,4,5,6],"crop":"beet","buy":true})", "a"));
    CHECK(bought.spent.size() == 2);
    CHECK(farmer.held("seed.beet") == 0);
    CHECK(farmer.held("coin") == 97);
    const std::vector<Transfer> grant{{new_id<TransferId>(farmer.world.clock, farmer.world.entropy), "coin", "mint",
                                       player_account(farmer.tokens.player), 553, "test"}};
    REQUIRE(farmer.world.wait(farmer.world.ledger.transfer(grant, farmer.world.clock.now(), {}, farmer.world.by()))
                .has_value());
    CHECK(farmer.act("expand", "{}", "b").status == 200);
    CHECK(farmer.held("coin") == 0);
    CHECK(farmer.look().plots.size() == 13);
}

TEST_CASE("the catalogue of crops is open and cached by its hash", "[gateway][farm]")
{
    GatewayWorld world;
    const HttpResponse response = world.ask("GET", "/v1/catalog/crops");
    const auto catalogue = body_of<protocol::CropCatalogue>(response);
    REQUIRE(catalogue.items.size() == 1);
    CHECK(catalogue.items[0].id == "beet");
    CHECK(catalogue.items[0].seed == "seed.beet");
    CHECK(catalogue.items[0].grow_ms == 100'000);
    HttpRequest request;
    request.method = "GET";
    request.path = "/v1/catalog/crops";
    request.remote_address = "192.0.2.1";
    request.headers.emplace_back("if-none-match", header(response, "ETag"));
    CHECK(world.ask(std::move(request)).status == 304);
}
