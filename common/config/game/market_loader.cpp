#include "common/config/game/market_loader.hpp"

#include "common/config/game/content_file.hpp"

namespace harvest::config {

namespace economy = game::economy;
using namespace content;

namespace {

economy::Rules read_market_rules(const Place& place, const YAML::Node& node)
{
    economy::Rules rules;
    YamlMap map(place, node);
    if (!map.valid()) return rules;
    const auto number = [&](std::string_view key, std::int64_t& value, std::int64_t least, std::int64_t most) {
        value = map.integer(key, least, most, value);
    };
    number("fee", rules.fee, 0, 50);
    number("open_orders", rules.open_orders, 1, 1'000);
    rules.lifetime = 1h * map.integer("lifetime_h", 1, 24 * 365, rules.lifetime / 1h);
    number("price_at_most", rules.price_at_most, 1, economy::price_bound);
    number("quantity_at_most", rules.quantity_at_most, 1, economy::quantity_bound);
    number("stake_at_most", rules.stake_at_most, 1, economy::stake_bound);
    number("fills", rules.fills, 1, economy::fills_bound);
    number("depth", rules.depth, 1, 500);
    if (rules.stake_at_most < rules.price_at_most)
        fault(map.at("stake_at_most"), node, "must pay for one at any price");
    map.finish();
    return rules;
}

economy::Classes read_classes(const Place& place, const YAML::Node& node)
{
    economy::Classes classes{};
    YamlMap map(place, node);
    if (!map.valid()) return classes;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<economy::AssetClass>>(
        [&](auto kind) { classes[static_cast<std::size_t>(kind.value)] = map.choice<economy::Trading>(kind.name); });
    map.finish();
    return classes;
}

economy::Floor read_floor(const Place& place, const YAML::Node& node, const game::farm::Content& farm,
                          const economy::Rules& rules)
{
    economy::Floor floor;
    YamlMap map(place, node);
    if (!map.valid()) return floor;
    floor.id = map.id("id");
    if (!floor.id.empty() && farm.find(floor.id) == nullptr) fault(map.at("id"), node, "there is no crop " + floor.id);
    map.required("price");
    floor.price = map.integer("price", 1, rules.price_at_most, 1);
    map.finish();
    return floor;
}

economy::Merchant read_merchant(const Place& place, const YAML::Node& node, const game::farm::Content& farm,
                                const economy::Rules& rules)
{
    economy::Merchant merchant;
    YamlMap map(place, node);
    if (!map.valid()) return merchant;
    const auto number = [&](std::string_view key, std::int64_t& value, std::int64_t least, std::int64_t most) {
        value = map.integer(key, least, most, value);
    };
    number("budget", merchant.budget, 0, rules.stake_at_most);
    number("seeds", merchant.seeds, 0, rules.quantity_at_most);
    number("usual", merchant.usual, 1, 1'000'000'000);
    number("least", merchant.least, 1, 10'000);
    number("most", merchant.most, 1, 10'000);
    if (merchant.most < merchant.least) fault(map.at("most"), node, "must not be less than least");
    merchant.floors = read_list(map, "floors", 24, [&](const Place& where, const YAML::Node& each) {
        return read_floor(where, each, farm, rules);
    });
    map.finish();
    return merchant;
}

} // namespace

LoadedMarket parse_market(const ContentText& file, const game::farm::Content& farm, const game::battle::Content& battle)
{
    LoadedMarket out;
    FaultList faults(out.faults);
    const std::optional<YAML::Node> node = parse_file(file, faults);
    if (!node) return out;
    YamlMap root({faults, file.name, ""}, *node);
    std::string version = root.text("version");
    economy::Rules rules;
    economy::Classes classes{};
    economy::Merchant merchant;
    if (const YAML::Node* found = root.required("rules")) rules = read_market_rules(root.at("rules"), *found);
    if (const YAML::Node* found = root.required("classes")) classes = read_classes(root.at("classes"), *found);
    if (const YAML::Node* found = root.required("merchant"))
        merchant = read_merchant(root.at("merchant"), *found, farm, rules);
    root.finish();
    if (faults.count() == 0)
        out.content = economy::Content::finish(std::move(version), rules, classes, std::move(merchant),
                                               economy::listing_of(farm, battle));
    return out;
}

LoadedMarket load_market(const std::string& directory, const game::farm::Content& farm,
                         const game::battle::Content& battle)
{
    LoadedMarket failed;
    FaultList faults(failed.faults);
    const ContentText file{"market.yaml", read_file(directory + "/market.yaml", "market.yaml", faults)};
    if (faults.count() > 0) return failed;
    return parse_market(file, farm, battle);
}

} // namespace harvest::config
