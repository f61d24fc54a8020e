#include "common/config/game/farm_loader.hpp"

#include "common/config/game/content_file.hpp"

#include <algorithm>
#include <array>

namespace harvest::config {

namespace farm = game::farm;
using namespace content;

namespace {

constexpr std::int64_t price_at_most = 1'000'000;

// A list of two whole numbers.
std::array<std::int64_t, 2> read_pair(const Place& place, const YAML::Node& node, std::int64_t least, std::int64_t most)
{
    std::array<std::int64_t, 2> out{least, most};
    if (!node.IsSequence() || node.size() != 2) {
        fault(place, node, "must be a list of two whole numbers");
        return out;
    }
    for (std::size_t i = 0; i < 2; ++i) out[i] = read_integer(place, node[i], least, most).value_or(out[i]);
    return out;
}

std::vector<farm::Window> read_windows(YamlMap& map)
{
    std::vector<farm::Window> windows;
    const std::vector<YAML::Node> nodes = map.sequence("water", true);
    if (nodes.size() > farm::windows_at_most)
        fault(map.at("water"), map.node(), "must have at most " + std::to_string(farm::windows_at_most) + " entries");
    std::int64_t before = 0;
    for (std::size_t i = 0; i < nodes.size() && i < farm::windows_at_most; ++i) {
        const auto [from, to] = read_pair(map.at("water", i), nodes[i], 0, 100);
        if (from < before || to <= from)
            fault(map.at("water", i), nodes[i], "must end after it begins, and begin after the one before has ended");
        windows.push_back({from, to});
        before = to;
    }
    return windows;
}

farm::Crop read_crop(const Place& place, const YAML::Node& node)
{
    farm::Crop crop;
    YamlMap map(place, node);
    if (!map.valid()) return crop;
    crop.id = map.id("id");
    // A crop is an asset of its own on the ledger.
    for (const char* taken : {"coin", "compost", "stardust"})
        if (crop.id == taken) fault(map.at("id"), node, crop.id + " is another asset's name");
    crop.name = map.text("name");
    const auto number = [&](std::string_view key, std::int64_t least, std::int64_t most) {
        map.required(key);
        return map.integer(key, least, most, least);
    };
    crop.seed_price = number("seed_price", 1, price_at_most);
    crop.grow = Millis{1'000 * number("grow_s", 1, farm::grow_at_most.count() / 1'000)};
    crop.water = read_windows(map);
    if (const YAML::Node* pair = map.required("yield")) {
        const auto [least, most] = read_pair(map.at("yield"), *pair, 1, price_at_most);
        if (most < least) fault(map.at("yield"), *pair, "must not fall");
        crop.yield_least = least;
        crop.yield_most = most;
    }
    crop.wither = number("wither", 1, 100'000);
    crop.seed_chance = map.integer("seed_chance", 0, 100, 0);
    crop.compost_chance = map.integer("compost_chance", 0, 100, 0);
    map.finish();
    return crop;
}

farm::Rules read_farm_rules(const Place& place, const YAML::Node& node)
{
    farm::Rules rules;
    YamlMap map(place, node);
    if (!map.valid()) return rules;
    const auto number = [&](std::string_view key, std::int64_t& value, std::int64_t least, std::int64_t most) {
        value = map.integer(key, least, most, value);
    };
    number("plots", rules.plots, 1, farm::plots_at_most);
    number("max_plots", rules.max_plots, 1, farm::plots_at_most);
    number("plot_price", rules.plot_price, 1, price_at_most);
    number("watered", rules.watered, 0, 100);
    number("missed", rules.missed, 0, 100);
    number("missed_drought", rules.missed_drought, 0, 100);
    number("compost", rules.compost, 0, 90);
    number("withered", rules.withered, 0, 100);
    number("forecast", rules.forecast, 0, 48);
    if (rules.max_plots < rules.plots) fault(map.at("max_plots"), node, "must not be less than plots");
    map.finish();
    return rules;
}

farm::Climate read_climate(const Place& place, const YAML::Node& node)
{
    farm::Climate climate;
    YamlMap map(place, node);
    if (!map.valid()) return climate;
    map.required("seed");
    climate.seed = static_cast<std::uint64_t>(map.integer("seed", 0, std::int64_t{1} << 62, 0));
    for (auto [key, value] : {std::pair<const char*, std::int64_t*>{"sun", &climate.sun},
                              {"rain", &climate.rain},
                              {"frost", &climate.frost},
                              {"drought", &climate.drought}})
        *value = map.integer(key, 0, 1'000'000, *value);
    if (climate.sun + climate.rain + climate.frost + climate.drought == 0)
        fault(place, node, "must leave some weather");
    map.finish();
    return climate;
}

} // namespace

LoadedFarm parse_farm(const ContentText& file)
{
    LoadedFarm out;
    FaultList faults(out.faults);
    const std::optional<YAML::Node> node = parse_file(file, faults);
    if (!node) return out;
    YamlMap root({faults, file.name, ""}, *node);
    std::string version = root.text("version");
    farm::Rules rules;
    farm::Climate climate;
    if (const YAML::Node* found = root.required("rules")) rules = read_farm_rules(root.at("rules"), *found);
    if (const YAML::Node* found = root.required("climate")) climate = read_climate(root.at("climate"), *found);
    std::vector<farm::Crop> crops = read_list(root, "crops", 100, read_crop);
    root.finish();
    if (faults.count() == 0) out.content = farm::Content::finish(std::move(version), rules, climate, std::move(crops));
    return out;
}

LoadedFarm load_farm(const std::string& directory)
{
    LoadedFarm failed;
    FaultList faults(failed.faults);
    const ContentText file{"farm.yaml", read_file(directory + "/farm.yaml", "farm.yaml", faults)};
    if (faults.count() > 0) return failed;
    return parse_farm(file);
}

} // namespace harvest::config
