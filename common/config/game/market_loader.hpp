// Reads the market's content from config/game/market.yaml and says every fault of it at once, with its place.
#pragma once

#include "common/config/game/content_loader.hpp"
#include "common/game/economy/content.hpp"

namespace harvest::config {

struct LoadedMarket {
    std::optional<game::economy::Content> content; // only without faults
    std::vector<ContentFault> faults;
};

// `directory` holds market.yaml; what it names must be in the farm, and what is traded is in the farm and the battle.
LoadedMarket load_market(const std::string& directory, const game::farm::Content& farm,
                         const game::battle::Content& battle);
LoadedMarket parse_market(const ContentText& file, const game::farm::Content& farm,
                          const game::battle::Content& battle);

} // namespace harvest::config
