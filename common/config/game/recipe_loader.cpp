#include "common/config/game/recipe_loader.hpp"

#include "common/config/game/content_file.hpp"

#include <algorithm>

namespace harvest::config {

namespace battle = game::battle;
namespace crafting = game::crafting;
using namespace content;

namespace {

constexpr std::string_view stardust = "stardust";

// What there is to name: the assets that a recipe may take, and the cards.
struct Known {
    std::vector<std::string> things;
    const battle::Content& cards;
};

Known known_of(const battle::Content& cards, const game::farm::Content& farm)
{
    Known known{{"coin", "compost", std::string(stardust)}, cards};
    for (const game::farm::Crop& crop : farm.crops()) known.things.push_back(crop.id);
    return known;
}

std::vector<crafting::Item> read_things(const Place& place, const YAML::Node& node, const Known& known)
{
    std::vector<crafting::Item> things;
    YamlMap map(place, node);
    if (!map.valid()) return things;
    for (const auto& pair : node) {
        if (!pair.first.IsScalar()) continue;
        const std::string& asset = pair.first.Scalar();
        map.find(asset);
        if (std::ranges::find(known.things, asset) == known.things.end())
            fault(map.at(asset), pair.first, "is no thing that a recipe may take");
        else
            things.push_back({asset, map.integer(asset, 1, crafting::amount_at_most, 1)});
    }
    if (node.size() == 0) fault(place, node, "must name a thing or more");
    map.finish();
    return things;
}

// A copy must not give back more than any recipe of it takes: crafting and dismantling would print stardust.
void check_loop(const Place& place, const YAML::Node& node, std::int64_t given, const std::vector<crafting::Item>& cost)
{
    const std::int64_t taken = crafting::amount_of(cost, stardust);
    if (given > taken)
        fault(place, node,
              "gives " + std::to_string(given) + " stardust for a copy that is made of " + std::to_string(taken));
}

crafting::RarityRule read_rarity(const Place& place, const YAML::Node& node, const Known& known)
{
    crafting::RarityRule rule;
    YamlMap map(place, node);
    if (!map.valid()) return rule;
    map.required("portions");
    rule.portions = map.integer("portions", 1, crafting::portions_at_most, 1);
    if (const YAML::Node* things = map.required("things")) rule.things = read_things(map.at("things"), *things, known);
    if (const YAML::Node* gives = map.required("dismantle")) {
        rule.stardust = map.integer("dismantle", 1, crafting::amount_at_most, 1);
        check_loop(map.at("dismantle"), *gives, rule.stardust, rule.things);
    }
    map.finish();
    return rule;
}

// One entry a name of the enumeration, no more and no less.
template <class Enum, class Read>
void read_each(YamlMap& root, std::string_view key, Read read)
{
    const YAML::Node* node = root.required(key);
    if (node == nullptr) return;
    YamlMap map(root.at(key), *node);
    if (!map.valid()) return;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto each) {
        if (const YAML::Node* found = map.required(each.name))
            read(static_cast<std::size_t>(each.value), map.at(each.name), *found);
    });
    map.finish();
}

crafting::Variant read_variant(const Place& place, const YAML::Node& node, const Known& known)
{
    crafting::Variant variant;
    YamlMap map(place, node);
    if (!map.valid()) return variant;
    variant.id = map.id("id");
    if (const YAML::Node* portion = map.required("portion"))
        variant.portion = read_things(map.at("portion"), *portion, known);
    map.finish();
    return variant;
}

crafting::Override read_override(const Place& place, const YAML::Node& node, const Known& known,
                                 const crafting::Rules& rules)
{
    crafting::Override other;
    YamlMap map(place, node);
    if (!map.valid()) return other;
    other.card = map.id("card");
    if (const YAML::Node* things = map.find("things")) other.things = read_things(map.at("things"), *things, known);
    if (map.has("dismantle")) other.stardust = map.integer("dismantle", 1, crafting::amount_at_most, 1);
    if (!other.things && !other.stardust) fault(place, node, "must say things or dismantle");
    map.finish();
    const std::optional<battle::CardIndex> index = known.cards.find_card(other.card);
    if (other.card.empty()) return other;
    if (!index || known.cards.card(*index).token) {
        fault(map.at("card"), *map.find("card"), "\"" + other.card + "\" is no card of a deck");
        return other;
    }
    const auto rarity = static_cast<std::size_t>(known.cards.card(*index).rarity);
    check_loop(place, node, other.stardust.value_or(rules.rarities[rarity].stardust),
               other.things.value_or(rules.rarities[rarity].things));
    return other;
}

void read_overrides(YamlMap& root, const Known& known, crafting::Rules& rules)
{
    const std::vector<YAML::Node> nodes = root.sequence("cards", false);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        crafting::Override other = read_override(root.at("cards", i), nodes[i], known, rules);
        if (std::ranges::find(rules.overrides, other.card, &crafting::Override::card) != rules.overrides.end())
            fault(root.at("cards", i), nodes[i], other.card + " is there twice");
        rules.overrides.push_back(std::move(other));
    }
}

} // namespace

LoadedRecipes parse_recipes(const ContentText& file, const battle::Content& cards, const game::farm::Content& farm)
{
    LoadedRecipes out;
    FaultList faults(out.faults);
    const std::optional<YAML::Node> node = parse_file(file, faults);
    if (!node) return out;
    const Known known = known_of(cards, farm);
    YamlMap root({faults, file.name, ""}, *node);
    std::string version = root.text("version");
    crafting::Rules rules;
    read_each<battle::Rarity>(root, "rarities", [&](std::size_t i, const Place& place, const YAML::Node& found) {
        rules.rarities[i] = read_rarity(place, found, known);
    });
    // A family adds to every rarity: stardust in it may be there besides, so the rarity's own is what is checked.
    read_each<battle::Family>(root, "families", [&](std::size_t i, const Place& place, const YAML::Node& found) {
        rules.families[i] = read_things(place, found, known);
    });
    if (root.has("variants"))
        rules.variants = read_list(root, "variants", 10, [&](const Place& place, const YAML::Node& found) {
            return read_variant(place, found, known);
        });
    read_overrides(root, known, rules);
    root.finish();
    if (faults.count() == 0) out.content = crafting::Content::derive(std::move(version), rules, cards);
    return out;
}

LoadedRecipes load_recipes(const std::string& directory, const battle::Content& cards, const game::farm::Content& farm)
{
    LoadedRecipes failed;
    FaultList faults(failed.faults);
    const ContentText file{"recipes.yaml", read_file(directory + "/recipes.yaml", "recipes.yaml", faults)};
    if (faults.count() > 0) return failed;
    return parse_recipes(file, cards, farm);
}

} // namespace harvest::config
