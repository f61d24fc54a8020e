// Crafting over REST, from the request to the ledger and the collection.
#include "common/protocol/account.hpp"
#include "common/protocol/crafting.hpp"
#include "common/protocol/problem.hpp"
#include "tests/unit/gateway/world.hpp"

#include <algorithm>

using namespace harvest;
using namespace harvest::test;

namespace {

struct Crafter {
    Crafter() : tokens(world.register_player("Kestrel").value()) {}

    void give(const std::string& asset, std::int64_t amount)
    {
        const std::vector<Transfer> grant{{new_id<TransferId>(world.clock, world.entropy), asset, "mint",
                                           player_account(tokens.player), amount, "test"}};
        REQUIRE(world.wait(world.ledger.transfer(grant, world.clock.now(), {}, world.by())).has_value());
    }

    void give_for(std::int64_t copies)
    {
        give("beet", 2 * copies);
        give("stardust", 3 * copies);
    }

    HttpResponse act(const std::string& path, std::string body, const std::string& key)
    {
        HttpRequest request;
        request.method = "POST";
        request.path = path;
        request.remote_address = "192.0.2.1";
        request.headers = {{"content-type", "application/json"},
                           {"authorization", "Bearer " + tokens.access_token},
                           {"idempotency-key", key}};
        request.body = std::move(body);
        return world.ask(std::move(request));
    }
    HttpResponse make(std::string body, const std::string& key) { return act("/v1/craft", std::move(body), key); }
    HttpResponse apart(std::string body, const std::string& key)
    {
        return act("/v1/craft/dismantle", std::move(body), key);
    }

    std::vector<Balance> balances()
    {
        return *world.wait(world.ledger.balances(player_account(tokens.player), world.by()));
    }
    std::int64_t held(const std::string& asset)
    {
        for (const Balance& balance : balances())
            if (balance.asset == asset) return balance.amount;
        return 0;
    }

    protocol::CollectionCard owned(const std::string& card)
    {
        const auto all = body_of<protocol::CardCollection>(world.ask("GET", "/v1/collection", {}, tokens.access_token));
        for (const protocol::CollectionCard& item : all.items)
            if (item.card == card) return item;
        return {};
    }

    GatewayWorld world;
    protocol::TokenPair tokens;
};

// Everything held, to see that a refusal left it alone.
std::string all_of(const std::vector<Balance>& balances)
{
    std::string text;
    for (const Balance& balance : balances) text += balance.asset + " " + std::to_string(balance.amount) + "\n";
    return text;
}

} // namespace

TEST_CASE("a card is made of its recipe's things, and the collection shows it", "[gateway][craft]")
{
    Crafter crafter;
    crafter.give_for(2);
    const std::int64_t before = crafter.owned("card-3").copies;
    const auto made = body_of<protocol::CraftReply>(crafter.make(R"({"card":"card-3"})", "k1"));
    CHECK(made.card == "card-3");
    CHECK(made.recipe == "card-3");
    CHECK_FALSE(made.serial);
    CHECK(made.spent.size() == 3);
    CHECK(crafter.owned("card-3").copies == before + 1);
    CHECK_FALSE(crafter.owned("card-3").serials);
    CHECK(crafter.held("beet") == 2);
    CHECK(crafter.held("stardust") == 3);
    CHECK(crafter.held("coin") == 95);

    crafter.give("moonberry", 1);
    const auto numbered = body_of<protocol::CraftReply>(crafter.make(R"({"recipe":"moonlit.card-3"})", "k2"));
    CHECK(numbered.serial == 1);
    CHECK(crafter.owned("card-3").copies == before + 2);
    CHECK(crafter.owned("card-3").serials == std::vector<std::int64_t>{1});
    CHECK(crafter.held("moonberry") == 0);

    std::vector<std::string> types;
    const auto events = crafter.world.wait(crafter.world.log.read("harvest.game", "", 0, 100, crafter.world.by()));
    for (const StoredEvent& event : *events) {
        types.push_back(event.event.type);
        CHECK(event.event.subject == crafter.tokens.player.value);
        CHECK(event.event.source == "instance-0");
    }
    CHECK(types == std::vector<std::string>(2, "harvest.game.craft.made.v1"));
}

TEST_CASE("dismantling gives stardust, and the serials that went with it", "[gateway][craft]")
{
    Crafter crafter;
    crafter.give_for(1);
    crafter.give("moonberry", 1);
    REQUIRE(crafter.make(R"({"recipe":"moonlit.card-0"})", "k1").status == 200);
    const std::int64_t copies = crafter.owned("card-0").copies;
    const auto plain = body_of<protocol::DismantleReply>(
        crafter.apart(R"({"card":"card-0","count":)" + std::to_string(copies - 1) + "}", "k2"));
    CHECK(plain.retired.empty());
    CHECK(crafter.owned("card-0").serials == std::vector<std::int64_t>{1});
    const auto last = body_of<protocol::DismantleReply>(crafter.apart(R"({"card":"card-0","count":1})", "k3"));
    CHECK(last.retired == std::vector<std::int64_t>{1});
    REQUIRE(last.gained.size() == 1);
    CHECK(last.gained[0].asset == "stardust");
    CHECK(last.gained[0].amount.units == 2);
    CHECK(crafter.owned("card-0").copies == 0);
    CHECK(crafter.held("stardust") == 2 * copies);
}

TEST_CASE("who lacks ingredients is told which, and keeps what there is", "[gateway][craft]")
{
    Crafter crafter;
    crafter.give("beet", 1);
    const std::string before = all_of(crafter.balances());
    const HttpResponse refused = crafter.make(R"({"recipe":"moonlit.card-3"})", "k1");
    CHECK(refused.status == 409);
    const auto problem = body_of<protocol::Problem>(refused);
    CHECK(problem.code == "craft.missing_ingredients");
    CHECK(problem.detail == "missing: 1 beet, 1 moonberry, 3 stardust");
    REQUIRE(problem.missing);
    REQUIRE(problem.missing->size() == 3);
    CHECK(problem.missing->at(1).asset == "moonberry");
    CHECK(problem.missing->at(2).amount.units == 3);
    CHECK(all_of(crafter.balances()) == before);
    crafter.give_for(1);
    crafter.give("moonberry", 1);
    CHECK(crafter.make(R"({"recipe":"moonlit.card-3"})", "k1").status == 200); // the key was not used up
}

TEST_CASE("crafting with the same key and body: the same reply, byte for byte; another body: 422", "[gateway][craft]")
{
    Crafter crafter;
    crafter.give_for(3);
    const HttpResponse first = crafter.make(R"({"card":"card-3"})", "key");
    CHECK(first.status == 200);
    crafter.world.clock.advance(30s);
    const HttpResponse again = crafter.make(R"({ "card": "card-3" })", "key");
    CHECK(again.status == 200);
    CHECK(again.body == first.body);
    CHECK(crafter.held("beet") == 4);
    const HttpResponse other = crafter.make(R"({"card":"card-4"})", "key");
    CHECK(other.status == 422);
    CHECK(code_of(other) == "idempotency.key_reused");
    CHECK(crafter.apart(R"({"card":"card-3","count":1})", "key").status == 422);
    const HttpResponse gone = crafter.apart(R"({"card":"card-3","count":2})", "key-2");
    CHECK(gone.status == 200);
    CHECK(crafter.apart(R"({"card":"card-3","count":2})", "key-2").body == gone.body);
    CHECK(crafter.held("stardust") == 10);
}

TEST_CASE("crafting requests that make no sense are refused with their code and change nothing", "[gateway][craft]")
{
    Crafter crafter;
    crafter.give_for(5);
    crafter.give("card.hen", 1);
    const std::string before = all_of(crafter.balances());
    const auto make = [&](const std::string& body, const std::string& key = "k") {
        return code_of(crafter.make(body, key));
    };
    const auto apart = [&](const std::string& body, const std::string& key = "k") {
        return code_of(crafter.apart(body, key));
    };
    CHECK(make(R"({"card":"card-3"})", "") == "idempotency.key_missing");
    CHECK(make(R"({"card":"card-3"})", std::string(65, 'k')) == "idempotency.key_missing");
    CHECK(make("{}") == "craft.name_one");
    CHECK(make(R"({"card":"card-3","recipe":"card-3"})") == "craft.name_one");
    CHECK(make(R"({"card":"unicorn"})") == "craft.no_such_card");
    CHECK(make(R"({"card":"hen"})") == "craft.no_such_card");
    CHECK(make(R"({"card":""})") == "craft.no_such_card");
    CHECK(make(R"({"recipe":"unicorn"})") == "craft.no_such_recipe");
    CHECK(make(R"({"card":"card-3","count":2})") == "invalid_argument");
    CHECK(make(R"({"card":3})") == "invalid_argument");
    CHECK(make("[]") == "invalid_argument");
    CHECK(apart(R"({"card":"card-3","count":1})", "") == "idempotency.key_missing");
    CHECK(apart(R"({"card":"card-3"})") == "invalid_argument");
    CHECK(apart(R"({"card":"card-3","count":0})") == "craft.bad_count");
    CHECK(apart(R"({"card":"card-3","count":-1})") == "craft.bad_count");
    CHECK(apart(R"({"card":"card-3","count":1001})") == "craft.bad_count");
    CHECK(apart(R"({"card":"card-3","count":9223372036854775807})") == "craft.bad_count");
    CHECK(apart(R"({"card":"card-3","count":9223372036854775808})") == "invalid_argument");
    CHECK(apart(R"({"card":"card-3","count":-9223372036854775809})") == "invalid_argument");
    CHECK(apart(R"({"card":"card-3","count":1.5})") == "invalid_argument");
    CHECK(apart(R"({"card":"card-3","count":"1"})") == "invalid_argument");
    CHECK(apart(R"({"card":"unicorn","count":1})") == "craft.no_such_card");
    CHECK(apart(R"({"card":"hen","count":1})") == "craft.no_such_card");
    CHECK(apart(R"({"card":"card-3","count":100})") == "craft.not_owned");
    CHECK(crafter.make(R"({"card":"unicorn"})", "k").status == 404);
    CHECK(crafter.apart(R"({"card":"card-3","count":0})", "k").status == 400);
    CHECK(crafter.apart(R"({"card":"card-3","count":100})", "k").status == 409);
    CHECK(crafter.world.ask("POST", "/v1/craft", R"({"card":"card-3"})").status == 401);
    CHECK(all_of(crafter.balances()) == before);
}

TEST_CASE("a saved deck is no longer legal when its cards have been dismantled", "[gateway][craft]")
{
    Crafter crafter;
    const auto decks = [&] {
        return body_of<protocol::DeckList>(crafter.world.ask("GET", "/v1/decks", {}, crafter.tokens.access_token));
    };
    REQUIRE_FALSE(decks().items.empty());
    const protocol::DeckInfo deck = decks().items.front();
    REQUIRE(deck.legal);
    const std::string card = deck.cards.front();
    const std::int64_t copies = crafter.owned(card).copies;
    REQUIRE(crafter.apart(R"({"card":")" + card + R"(","count":)" + std::to_string(copies) + "}", "k").status == 200);
    const std::vector<protocol::DeckInfo> now = decks().items;
    const auto same = std::ranges::find(now, deck.id, &protocol::DeckInfo::id);
    REQUIRE(same != now.end());
    CHECK_FALSE(same->legal);
}

TEST_CASE("the catalogue of recipes is open and cached by its hash", "[gateway][craft]")
{
    GatewayWorld world;
    const HttpResponse response = world.ask("GET", "/v1/catalog/recipes");
    const auto catalogue = body_of<protocol::RecipeCatalogue>(response);
    REQUIRE(catalogue.items.size() == 28);
    CHECK(catalogue.items[0].id == "card-0");
    CHECK(catalogue.items[0].things.size() == 3);
    CHECK_FALSE(catalogue.items[0].numbered);
    CHECK(catalogue.items[0].dismantle.units == 2);
    CHECK(catalogue.items[1].id == "moonlit.card-0");
    CHECK(catalogue.items[1].numbered);
    HttpRequest request;
    request.method = "GET";
    request.path = "/v1/catalog/recipes";
    request.remote_address = "192.0.2.1";
    request.headers.emplace_back("if-none-match", header(response, "ETag"));
    CHECK(world.ask(std::move(request)).status == 304);
}
