// What a player does on the farm: each action checks everything first, then changes the farm and says what it costs and
// gives. A refusal (FarmErrc) changes nothing.
#pragma once

#include "common/base/result.hpp"
#include "common/game/farm/errc.hpp"
#include "common/game/farm/growth.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace harvest::game::farm {

// What the player holds, by asset.
using Holdings = std::map<std::string, std::int64_t, std::less<>>;

struct Item {
    std::string asset;
    std::int64_t amount{}; // > 0
    bool operator==(const Item&) const = default;
};

struct Cut {
    std::int64_t plot{};
    std::string crop;
    std::int64_t units{};
    bool withered{};
};

struct Outcome {
    std::vector<std::int64_t> plots; // those that changed
    std::vector<Item> spent, gained;
    std::vector<Cut> cut; // by a harvest
};

struct Planting {
    std::vector<std::int64_t> plots;
    std::string crop;
    bool compost{}; // one a plot
    bool buy{};     // the seeds that are lacking, at the crop's seed price
};

// A farm as everybody gets it.
Farm fresh_farm(const Content& content);

// `seed` gives each plot its own chance.
Result<Outcome> plant(const Content& content, Farm& farm, const Planting& planting, const Holdings& holdings,
                      Millis now, const std::function<std::uint64_t()>& seed);
// Each plot must have a window open that is not watered yet.
Result<Outcome> water(const Content& content, Farm& farm, const std::vector<std::int64_t>& plots, Millis now);
// Takes ripe and withered crops.
Result<Outcome> reap(const Content& content, Farm& farm, const std::vector<std::int64_t>& plots, Millis now);
// Buys the next plot.
Result<Outcome> expand(const Content& content, Farm& farm, const Holdings& holdings);

} // namespace harvest::game::farm
