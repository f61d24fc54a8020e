#include "common/config/game/reward.hpp"

#include <algorithm>

namespace harvest::config::content {
namespace {

constexpr std::int64_t reward_at_most = 100'000;

} // namespace

std::vector<std::string> rewards_of(const game::farm::Content& farm)
{
    std::vector<std::string> things{"coin", "compost", "stardust"};
    for (const game::farm::Crop& crop : farm.crops()) {
        things.push_back(crop.id);
        things.push_back(crop.seed());
    }
    return things;
}

std::vector<game::farm::Item> read_reward(const Place& place, const YAML::Node& node,
                                          const std::vector<std::string>& things)
{
    std::vector<game::farm::Item> reward;
    YamlMap map(place, node);
    if (!map.valid()) return reward;
    for (const auto& pair : node) {
        if (!pair.first.IsScalar()) continue;
        const std::string& asset = pair.first.Scalar();
        map.find(asset);
        if (std::ranges::find(things, asset) == things.end())
            fault(map.at(asset), pair.first, "is no thing that a reward may be");
        else
            reward.push_back({asset, map.integer(asset, 1, reward_at_most, 1)});
    }
    if (node.size() == 0) fault(place, node, "must name a thing or more");
    map.finish();
    std::ranges::sort(reward, {}, &game::farm::Item::asset);
    return reward;
}

} // namespace harvest::config::content
