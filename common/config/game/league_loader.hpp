// Reads leagues and seasons from config/game/leagues.yaml and says every fault of them at once, with its place.
#pragma once

#include "common/config/game/content_loader.hpp"
#include "common/game/farm/content.hpp"
#include "common/game/rating/leagues.hpp"

namespace harvest::config {

struct LoadedLeagues {
    std::optional<game::rating::Ladder> content; // only without faults
    std::vector<ContentFault> faults;
};

// Rewards are those of quests. `directory` holds leagues.yaml.
LoadedLeagues load_leagues(const std::string& directory, const game::farm::Content& farm);
LoadedLeagues parse_leagues(const ContentText& file, const game::farm::Content& farm);

} // namespace harvest::config
