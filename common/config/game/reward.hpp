// Rewards in the game's data: a mapping from things to how many of each.
#pragma once

#include "common/config/game/yaml_map.hpp"
#include "common/game/farm/actions.hpp"

namespace harvest::config::content {

// Coins, compost, stardust, and the crops and seeds that there are.
std::vector<std::string> rewards_of(const game::farm::Content& farm);

// Sorted by asset; a fault where it names nothing or something else than `things`.
std::vector<game::farm::Item> read_reward(const Place& place, const YAML::Node& node,
                                          const std::vector<std::string>& things);

} // namespace harvest::config::content
