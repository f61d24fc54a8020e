// harvest-game(7) §4, sentence by sentence, over the shipped data and over random holdings.
#include "common/config/game/farm_loader.hpp"
#include "common/config/game/recipe_loader.hpp"
#include "common/game/crafting/actions.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/small_recipes.hpp"

#include <random>
#include <set>
#include <stdexcept>

using namespace harvest;
using namespace harvest::game::crafting;
using harvest::test::small_recipes;

namespace {

struct Shipped {
    game::battle::Content cards;
    game::farm::Content farm;
    Content recipes;
};

const Shipped& shipped()
{
    static const Shipped loaded = [] {
        config::LoadedContent cards = config::load_content("config/game");
        config::LoadedFarm farm = config::load_farm("config/game");
        if (!cards.content || !farm.content) throw std::runtime_error("config/game does not load");
        config::LoadedRecipes recipes = config::load_recipes("config/game", *cards.content, *farm.content);
        if (!recipes.content) throw std::runtime_error(recipes.faults.front().text());
        return Shipped{std::move(*cards.content), std::move(*farm.content), std::move(*recipes.content)};
    }();
    return loaded;
}

Holdings random_holdings(std::mt19937_64& random, const Recipe& recipe)
{
    Holdings holdings;
    for (const Item& item : recipe.things)
        if (random() % 4 != 0)
            holdings[item.asset] = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(3 * item.amount));
    return holdings;
}

} // namespace

TEST_CASE("Every card of a deck has a recipe of things that there are, and no token has one", "[crafting]")
{
    std::size_t decks_cards = 0;
    for (const game::battle::Card& card : shipped().cards.cards()) {
        INFO(card.id);
        const Recipe* own = shipped().recipes.find(card.id);
        CHECK((own == nullptr) == card.token);
        CHECK(shipped().recipes.stardust_of(card.id).has_value() == !card.token);
        if (own == nullptr) continue;
        ++decks_cards;
        CHECK(own->card == card.id);
        CHECK_FALSE(own->things.empty());
    }
    CHECK(decks_cards >= 80);
    for (const Recipe& recipe : shipped().recipes.recipes())
        for (const Item& item : recipe.things) {
            INFO(recipe.id << " " << item.asset);
            CHECK(item.amount > 0);
            CHECK((item.asset == "coin" || item.asset == "compost" || item.asset == "stardust" ||
                   shipped().farm.find(item.asset) != nullptr));
        }
}

TEST_CASE("A copy is numbered if it is legendary or made with moonberries, and only then", "[crafting]")
{
    std::size_t numbered = 0;
    for (const Recipe& recipe : shipped().recipes.recipes()) {
        INFO(recipe.id);
        const auto card = shipped().cards.find_card(recipe.card);
        REQUIRE(card);
        const bool legendary = shipped().cards.card(*card).rarity == game::battle::Rarity::legendary;
        CHECK(recipe.numbered == (legendary || amount_of(recipe.things, moonberry) > 0));
        numbered += recipe.numbered ? 1 : 0;
        if (!legendary) CHECK(shipped().recipes.find("moonlit." + recipe.card) != nullptr);
    }
    CHECK(numbered > 8);
    CHECK(numbered < shipped().recipes.recipes().size());
}

// However one crafts and dismantles, there is never more stardust than before.
TEST_CASE("No loop of crafting and dismantling prints stardust", "[crafting]")
{
    for (const Recipe& recipe : shipped().recipes.recipes()) {
        INFO(recipe.id);
        CHECK(shipped().recipes.stardust_of(recipe.card).value() <= amount_of(recipe.things, "stardust"));
    }
    std::mt19937_64 random(5);
    const std::vector<Recipe>& recipes = shipped().recipes.recipes();
    for (int run = 0; run < 200; ++run) {
        Holdings holdings;
        for (const char* asset : {"coin", "compost", "wheat", "carrot", "potato", "pumpkin", "sunflower", "moonberry"})
            holdings[asset] = 1'000'000;
        const std::int64_t before = holdings["stardust"] = 5'000;
        for (int step = 0; step < 100; ++step) {
            const Recipe& recipe = recipes[random() % recipes.size()];
            if (random() % 2 == 0 && missing(recipe, holdings).empty()) {
                for (const Item& item : recipe.things) holdings[item.asset] -= item.amount;
                ++holdings[card_asset(recipe.card)];
            } else if (const auto gives = dismantle(shipped().recipes, recipe.card, 1, holdings)) {
                --holdings[card_asset(recipe.card)];
                holdings["stardust"] += *gives;
            }
            for (const auto& [asset, amount] : holdings) CHECK(amount >= 0);
            CHECK(holdings["stardust"] <= before);
        }
    }
}

TEST_CASE("What is missing is exactly what has to be added", "[crafting]")
{
    std::mt19937_64 random(9);
    for (int run = 0; run < 2'000; ++run) {
        const std::vector<Recipe>& recipes = shipped().recipes.recipes();
        const Recipe& recipe = recipes[random() % recipes.size()];
        Holdings holdings = random_holdings(random, recipe);
        const std::vector<Item> lacking = missing(recipe, holdings);
        for (const Item& item : lacking) {
            CHECK(item.amount > 0);
            Holdings almost = holdings;
            for (const Item& each : lacking) almost[each.asset] += each.amount;
            almost[item.asset] -= 1;
            const std::vector<Item> still = missing(recipe, almost);
            REQUIRE(still.size() == 1);
            CHECK(still[0].asset == item.asset);
            CHECK(still[0].amount == 1);
        }
        for (const Item& item : lacking) holdings[item.asset] += item.amount;
        CHECK(missing(recipe, holdings).empty());
    }
}

TEST_CASE("A recipe is chosen by its id or by its card, not by both", "[crafting]")
{
    const Content content = small_recipes();
    const std::optional<std::string> none, card = "card-3", moonlit = "moonlit.card-3", unknown = "unicorn";
    CHECK(choose(content, none, card).value()->id == "card-3");
    CHECK_FALSE(choose(content, none, card).value()->numbered);
    CHECK(choose(content, moonlit, none).value()->card == "card-3");
    CHECK(choose(content, moonlit, none).value()->numbered);
    CHECK(choose(content, card, none).value()->id == "card-3");
    CHECK(choose(content, none, none).error() == CraftErrc::name_one);
    CHECK(choose(content, card, card).error() == CraftErrc::name_one);
    CHECK(choose(content, unknown, none).error() == CraftErrc::no_such_recipe);
    CHECK(choose(content, none, unknown).error() == CraftErrc::no_such_card);
    CHECK(choose(content, none, moonlit).error() == CraftErrc::no_such_card); // that is a recipe
    CHECK(choose(content, none, std::optional<std::string>("hen")).error() == CraftErrc::no_such_card);
}

TEST_CASE("Dismantling gives the card's stardust for each copy that is owned", "[crafting]")
{
    const Content content = small_recipes();
    const Holdings holdings{{"card.card-3", 4}, {"card.hen", 1}};
    CHECK(dismantle(content, "card-3", 1, holdings).value() == 2);
    CHECK(dismantle(content, "card-3", 4, holdings).value() == 8);
    CHECK(dismantle(content, "card-3", 5, holdings).error() == CraftErrc::not_owned);
    CHECK(dismantle(content, "card-4", 1, holdings).error() == CraftErrc::not_owned);
    CHECK(dismantle(content, "hen", 1, holdings).error() == CraftErrc::no_such_card);
    CHECK(dismantle(content, "unicorn", 1, holdings).error() == CraftErrc::no_such_card);
    for (const std::int64_t count : {std::int64_t{0}, std::int64_t{-1}, count_at_most + 1, INT64_MAX, INT64_MIN})
        CHECK(dismantle(content, "card-3", count, holdings).error() == CraftErrc::bad_count);
}

TEST_CASE("Plain copies are dismantled before numbered ones, and those that stay cover the serials", "[crafting]")
{
    for (std::int64_t copies = 0; copies <= 6; ++copies)
        for (std::int64_t numbered = 0; numbered <= copies; ++numbered)
            for (std::int64_t count = 0; count <= copies; ++count) {
                const std::int64_t retired = numbered_to_retire(copies, numbered, count);
                CHECK(retired >= 0);
                CHECK(retired <= numbered);
                CHECK(numbered - retired <= copies - count);
                CHECK((retired == 0) == (count <= copies - numbered));
            }
}

TEST_CASE("Each refusal has a code of its own", "[crafting]")
{
    std::set<std::string_view> codes;
    for (int value = 1; value <= static_cast<int>(CraftErrc::not_owned); ++value) {
        const Error error = make_error_code(static_cast<CraftErrc>(value));
        codes.insert(wire_code(error));
        CHECK(wire_code(error).starts_with("craft."));
        CHECK(from_wire_code(wire_code(error)) == error);
        CHECK(classify(error) != Errc::internal);
    }
    CHECK(codes.size() == static_cast<std::size_t>(CraftErrc::not_owned));
}
