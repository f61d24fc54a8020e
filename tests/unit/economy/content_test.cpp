// market.yaml is read strictly: every fault with its place and reason.
#include "common/config/game/farm_loader.hpp"
#include "common/config/game/market_loader.hpp"
#include "common/game/economy/merchant.hpp"
#include "tests/support/small_farm.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::game::economy;

namespace {

const std::string whole = R"(version: "1"
rules: {fee: 2}
classes: {crop: open, seed: open, compost: open, stardust: halted, card: open, legendary: halted}
merchant: {budget: 100, floors: [{id: beet, price: 3}]}
)";

config::LoadedMarket parse(const std::string& text)
{
    const config::LoadedContent battle = config::load_content("config/game");
    REQUIRE(battle.content);
    return config::parse_market({"market.yaml", text}, harvest::test::small_farm(), *battle.content);
}

std::string changed(const std::string& from, const std::string& to)
{
    std::string text = whole;
    text.replace(text.find(from), from.size(), to);
    const config::LoadedMarket loaded = parse(text);
    CHECK(loaded.content.has_value() == loaded.faults.empty());
    return loaded.faults.empty() ? "" : loaded.faults.front().text();
}

} // namespace

TEST_CASE("The market's own data is sound, and lists what the game has", "[market]")
{
    const config::LoadedContent battle = config::load_content("config/game");
    const config::LoadedFarm farm = config::load_farm("config/game");
    const config::LoadedMarket market = config::load_market("config/game", *farm.content, *battle.content);
    for (const config::ContentFault& fault : market.faults) UNSCOPED_INFO(fault.text());
    REQUIRE(market.content);
    CHECK(market.content->rules().fee == 2);
    CHECK(market.content->class_of("wheat") == AssetClass::crop);
    CHECK(market.content->class_of("seed.moonberry") == AssetClass::seed);
    CHECK(market.content->class_of("compost") == AssetClass::compost);
    CHECK_FALSE(market.content->class_of("coin"));
    CHECK_FALSE(market.content->class_of("seed.rice"));
    for (const game::battle::Card& card : battle.content->cards()) {
        const std::optional<AssetClass> kind = market.content->class_of("card." + card.id);
        CHECK(kind.has_value() != card.token);
        if (kind) CHECK((*kind == AssetClass::legendary) == (card.rarity == game::battle::Rarity::legendary));
    }
    CHECK_FALSE(market.content->halted(AssetClass::legendary));
    CHECK_FALSE(market.content->halted(AssetClass::crop));
    std::int64_t stakes = 0;
    for (const Floor& floor : market.content->merchant().floors)
        if (const std::optional<Offer> offer = merchant_buys(*market.content, floor))
            stakes += offer->price * offer->quantity;
    CHECK(stakes > 0);
    CHECK(stakes <= market.content->merchant().budget);
}

TEST_CASE("A fault of market.yaml names file, line, column, key and reason", "[market]")
{
    CHECK(changed("fee: 2", "fee: 51") == "market.yaml:2:14: rules.fee: must be a whole number, 0 to 50");
    CHECK(changed("fee: 2", "fees: 2").ends_with("rules.fees: is not a known key"));
    CHECK(changed("fee: 2", "price_at_most: 20000000").ends_with("must be a whole number, 1 to 10000000"));
    CHECK(changed("fee: 2", "stake_at_most: 10").ends_with("rules.stake_at_most: must pay for one at any price"));
    CHECK(changed("card: open, ", "").ends_with("classes.card: is missing"));
    CHECK(changed("card: open", "card: shut").ends_with("classes.card: \"shut\" is none of open, halted"));
    CHECK(changed("id: beet", "id: rice").ends_with("merchant.floors[0].id: there is no crop rice"));
    CHECK(changed("price: 3", "price: 0").ends_with("must be a whole number, 1 to 1000000"));
    CHECK(changed(", price: 3", "").ends_with("merchant.floors[0].price: is missing"));
    CHECK(changed("budget: 100", "least: 10, most: 9").ends_with("merchant.most: must not be less than least"));
    CHECK(changed("[{id: beet, price: 3}]", "[{id: beet, price: 3}, {id: beet, price: 4}]")
              .ends_with("merchant.floors[1]: beet is there twice"));
    CHECK(changed("merchant: {", "#").find("merchant: is missing") != std::string::npos);
    const config::LoadedContent battle = config::load_content("config/game");
    CHECK(config::load_market("no/such/folder", harvest::test::small_farm(), *battle.content).faults.size() == 1);
}

TEST_CASE("The hash of the market names every number", "[market]")
{
    const std::string hash = parse(whole).content->hash();
    CHECK(hash == parse(whole + "# the same\n").content->hash());
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"fee: 2", "fee: 3"},
                                                                                   {"fee: 2", "lifetime_h: 1"},
                                                                                   {"card: open", "card: halted"},
                                                                                   {"price: 3", "price: 4"},
                                                                                   {"budget: 100", "seeds: 100"}}) {
        std::string text = whole;
        text.replace(text.find(from), from.size(), to);
        CHECK(parse(text).content->hash() != hash);
    }
}

TEST_CASE("The merchant's price follows the volume within bounds, and its orders the budget", "[market]")
{
    const Content content = *parse(whole).content;
    const std::optional<Offer> buys = merchant_buys(content, {"beet", 3});
    REQUIRE(buys);
    CHECK(buys->asset == "beet");
    CHECK(buys->quantity == 33);
    CHECK_FALSE(merchant_buys(content, {"beet", 101}));
    game::farm::Crop crop = harvest::test::beet();
    crop.seed_price = 10;
    const auto price = [&](std::int64_t volume) { return merchant_sells(content, crop, volume).price; };
    CHECK(merchant_sells(content, crop, 0).asset == "seed.beet");
    CHECK(price(0) == 5);
    CHECK(price(500) == 10);
    CHECK(price(501) == 10);
    CHECK(price(505) == 11);
    CHECK(price(1'000) == 20);
    CHECK(price(1'000'000) == 30);
    CHECK(price(std::numeric_limits<std::int64_t>::max()) == 30);
    CHECK(price(-1) == 5);
}
