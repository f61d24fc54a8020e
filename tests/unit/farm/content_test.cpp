// farm.yaml is read strictly: every fault with its place and reason.
#include "tests/unit/farm/farm_fixture.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::game::farm;
using namespace harvest::game::farm::test;
using namespace harvest::test;

namespace {

const std::string head = "version: \"1\"\nrules: {}\nclimate: {seed: 1}\ncrops:\n";
const std::string beet_text =
    "{id: beet, name: Beet, seed_price: 1, grow_s: 60, water: [[30, 80]], yield: [2, 4], wither: 2}";

std::string first_fault(const std::string& text)
{
    const config::LoadedFarm loaded = config::parse_farm({"farm.yaml", text});
    CHECK(loaded.content.has_value() == loaded.faults.empty());
    return loaded.faults.empty() ? "" : loaded.faults.front().text();
}

std::string changed(const std::string& from, const std::string& to)
{
    std::string crop = beet_text;
    crop.replace(crop.find(from), from.size(), to);
    return first_fault(head + "  - " + crop + "\n");
}

} // namespace

TEST_CASE("The smallest farm is read", "[farm]")
{
    const config::LoadedFarm loaded = config::parse_farm({"farm.yaml", head + "  - " + beet_text + "\n"});
    REQUIRE(loaded.content);
    CHECK(loaded.content->rules().plots == 12);
    REQUIRE(loaded.content->find("beet") != nullptr);
    CHECK(loaded.content->find("beet")->grow == 60s);
    CHECK(loaded.content->find("rice") == nullptr);
    CHECK(loaded.content->hash().size() == 64);
}

TEST_CASE("A fault names file, line, column, key and reason", "[farm]")
{
    CHECK(changed("grow_s: 60", "grow_s: 0") == "farm.yaml:5:51: crops[0].grow_s: must be a whole number, 1 to 604800");
    CHECK(changed("wither: 2", "wither: two").ends_with("crops[0].wither: must be a whole number, 1 to 100000"));
    CHECK(changed("wither: 2", "wilt: 2").ends_with("crops[0].wither: is missing"));
    CHECK(changed("yield: [2, 4]", "yield: [4, 2]").ends_with("crops[0].yield: must not fall"));
    CHECK(changed("yield: [2, 4]", "yield: 4").ends_with("must be a list of two whole numbers"));
    CHECK(changed("[[30, 80]]", "[[80, 30]]").find("must end after it begins") != std::string::npos);
    CHECK(changed("[[30, 80]]", "[[30, 60], [50, 80]]").find("begin after the one before") != std::string::npos);
    CHECK(changed("[[30, 80]]", "[[1,2],[3,4],[5,6],[7,8],[9,10]]").ends_with("must have at most 4 entries"));
    CHECK(changed("id: beet", "id: coin").ends_with("crops[0].id: coin is another asset's name"));
    CHECK(changed("id: beet", "id: Beet").find("must be an id") != std::string::npos);
    CHECK(changed("}", ", colour: red}").ends_with("crops[0].colour: is not a known key"));
    CHECK(first_fault(head + "  - " + beet_text + "\n  - " + beet_text + "\n")
              .ends_with("crops[1]: beet is there twice"));
    CHECK(first_fault(head + "  []\n").ends_with("crops: must have 1 to 100 entries"));
    CHECK(first_fault("version: \"1\"\nrules: {plots: 20, max_plots: 12}\nclimate: {seed: 1}\ncrops: [" + beet_text +
                      "]\n")
              .ends_with("rules.max_plots: must not be less than plots"));
    CHECK(first_fault("version: \"1\"\nrules: {}\nclimate: {seed: 1, sun: 0, rain: 0, frost: 0, drought: 0}\ncrops: [" +
                      beet_text + "]\n")
              .ends_with("climate: must leave some weather"));
    CHECK(first_fault("version: \"1\"\nrules: {}\nclimate: {}\ncrops: [" + beet_text + "]\n")
              .ends_with("climate.seed: is missing"));
    CHECK(first_fault("[]").ends_with("must be a mapping of keys to values"));
    CHECK(config::load_farm("no/such/folder").faults.size() == 1);
}

TEST_CASE("The hash names every number", "[farm]")
{
    const Content base = small_farm();
    CHECK(base.hash() == small_farm().hash());
    Crop other = beet();
    other.wither = 3;
    CHECK(small_farm(Weather::sun, other).hash() != base.hash());
    other = beet();
    other.water[1].to = 81;
    CHECK(small_farm(Weather::sun, other).hash() != base.hash());
    CHECK(small_farm(Weather::rain).hash() != base.hash());
    Rules rules;
    rules.forecast = 7;
    CHECK(small_farm(Weather::sun, beet(), rules).hash() != base.hash());
}
