// Recipes as data: every fault has file, line, column, key and reason.
#include "common/config/game/recipe_loader.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/small_farm.hpp"
#include "tests/support/small_recipes.hpp"

using namespace harvest;
using namespace harvest::game::crafting;
using namespace harvest::test;

namespace {

const std::string good = R"(version: "1"
rarities:
  common: {portions: 2, things: {coin: 5, stardust: 3}, dismantle: 3}
  rare: {portions: 1, things: {coin: 5, stardust: 3}, dismantle: 2}
  epic: {portions: 1, things: {coin: 5, stardust: 3}, dismantle: 2}
  legendary: {portions: 1, things: {coin: 5, stardust: 3}, dismantle: 2}
families:
  crops: {beet: 1}
  critters: {beet: 4, compost: 1}
  tools: {beet: 1}
  weather: {beet: 1}
variants:
  - {id: rich, portion: {coin: 9, compost: 2}}
  - {id: plain, portion: {coin: 1}}
cards:
  - {card: cow, things: {beet: 7, stardust: 4}, dismantle: 4}
)";

game::battle::Content cards()
{
    game::battle::Card cow = small_content().card(0), calf = cow, fox = cow;
    cow.id = "cow";
    calf.id = "calf";
    calf.token = true;
    fox.id = "fox";
    return game::battle::Content::finish("test", {}, {cow, calf, fox}, {}, {});
}

config::LoadedRecipes parse(const std::string& text)
{
    return config::parse_recipes({"recipes.yaml", text}, cards(), small_farm());
}

std::string changed(const std::string& from, const std::string& to)
{
    std::string text = good;
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    const config::LoadedRecipes loaded = parse(text);
    CHECK(loaded.content.has_value() == loaded.faults.empty());
    return loaded.faults.empty() ? "" : loaded.faults.front().text();
}

} // namespace

TEST_CASE("Recipes are derived from rarity and family, with overrides and variants", "[crafting]")
{
    const config::LoadedRecipes loaded = parse(good);
    INFO((loaded.faults.empty() ? "" : loaded.faults.front().text()));
    REQUIRE(loaded.content);
    const Content& content = *loaded.content;
    const auto things = [&](const char* id) {
        REQUIRE(content.find(id) != nullptr);
        std::string text;
        for (const Item& item : content.find(id)->things) text += item.asset + " " + std::to_string(item.amount) + ";";
        return text;
    };
    CHECK(things("fox") == "beet 8;coin 5;compost 2;stardust 3;");
    CHECK(things("cow") == "beet 7;stardust 4;");
    CHECK(things("rich.cow") == "beet 7;coin 18;compost 4;stardust 4;");
    CHECK(content.find("rich.fox") == nullptr); // it has coins and compost already
    CHECK(things("plain.cow") == "beet 7;coin 2;stardust 4;");
    CHECK(content.find("calf") == nullptr);
    CHECK(content.stardust_of("cow") == 4);
    CHECK(content.stardust_of("fox") == 3);
    CHECK_FALSE(content.stardust_of("calf"));
    CHECK(content.recipes().size() == 4);
    CHECK(content.hash().size() == 64);
}

TEST_CASE("A fault of the recipes names file, line, column, key and reason", "[crafting]")
{
    CHECK(changed("common: {portions: 2, things: {coin: 5", "common: {portions: 2, things: {gold: 5") ==
          "recipes.yaml:3:34: rarities.common.things.gold: is no thing that a recipe may take");
    CHECK(changed("coin: 5, stardust: 3}, dismantle: 3", "coin: 0, stardust: 3}, dismantle: 3") ==
          "recipes.yaml:3:40: rarities.common.things.coin: must be a whole number, 1 to 1000000");
    CHECK(changed("tools: {beet: 1}", "tools: {beet: -1}")
              .ends_with("families.tools.beet: must be a whole number, 1 to 1000000"));
    CHECK(changed("tools: {beet: 1}", "tools: {seed.beet: 1}").ends_with("is no thing that a recipe may take"));
    CHECK(changed("tools: {beet: 1}", "tools: {}").ends_with("families.tools: must name a thing or more"));
    CHECK(changed("tools: {beet: 1}", "tools: {beet: 1, beet: 2}").ends_with("families.tools.beet: is there twice"));
    CHECK(changed("tools: {beet: 1}", "toys: {beet: 1}").ends_with("families.tools: is missing"));
    CHECK(changed("epic: {portions: 1,", "epic: {portions: 0,").find("rarities.epic.portions") != std::string::npos);
    CHECK(changed("epic: {portions: 1,", "epic: {colour: 1, portions: 1,").ends_with("is not a known key"));
    CHECK(changed("card: cow", "card: unicorn") ==
          "recipes.yaml:16:12: cards[0].card: \"unicorn\" is no card of a deck");
    CHECK(changed("card: cow", "card: calf").ends_with("\"calf\" is no card of a deck"));
    CHECK(changed(", things: {beet: 7, stardust: 4}, dismantle: 4}", "}").ends_with("must say things or dismantle"));
    CHECK(changed("cards:\n", "cards:\n  - {card: cow, dismantle: 1}\n").ends_with("cow is there twice"));
    CHECK(changed("id: plain", "id: rich").ends_with("variants[1]: rich is there twice"));
    CHECK(changed("version: \"1\"\n", "").ends_with("version: is missing"));
    CHECK(config::load_recipes("no/such/folder", cards(), small_farm()).faults.size() == 1);
}

TEST_CASE("A copy that gives back more stardust than it takes is a fault at its place", "[crafting]")
{
    CHECK(changed("dismantle: 3}", "dismantle: 4}") == "recipes.yaml:3:68: rarities.common.dismantle: gives 4 stardust "
                                                       "for a copy that is made of 3");
    CHECK(changed("things: {coin: 5, stardust: 3}, dismantle: 2", "things: {coin: 5}, dismantle: 2")
              .ends_with("rarities.rare.dismantle: gives 2 stardust for a copy that is made of 0"));
    CHECK(changed("stardust: 4}, dismantle: 4", "stardust: 4}, dismantle: 5")
              .ends_with("cards[0]: gives 5 stardust for a copy that is made of 4"));
    CHECK(changed("things: {beet: 7, stardust: 4}, dismantle: 4", "things: {beet: 7}")
              .ends_with("cards[0]: gives 3 stardust for a copy that is made of 0"));
    CHECK(changed("things: {beet: 7, stardust: 4}, dismantle: 4", "dismantle: 9")
              .ends_with("cards[0]: gives 9 stardust for a copy that is made of 3"));
    CHECK(changed("dismantle: 3}", "dismantle: 0}").ends_with("must be a whole number, 1 to 1000000"));
}

TEST_CASE("The recipes' hash names every number", "[crafting]")
{
    const std::string base = parse(good).content.value().hash();
    CHECK(parse(good).content.value().hash() == base);
    for (const auto& [from, to] : {std::pair("beet: 7", "beet: 8"),
                                   {"dismantle: 3", "dismantle: 2"},
                                   {"compost: 1", "compost: 2"},
                                   {"id: plain", "id: simple"},
                                   {"\"1\"", "\"2\""}}) {
        std::string text = good;
        text.replace(text.find(from), std::string(from).size(), to);
        CHECK(parse(text).content.value().hash() != base);
    }
}
