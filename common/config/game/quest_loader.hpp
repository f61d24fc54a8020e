// Reads achievements and daily quests from config/game/quests.yaml and says every fault of them at once, with its
// place.
#pragma once

#include "common/config/game/content_loader.hpp"
#include "common/game/progress/content.hpp"

namespace harvest::config {

struct LoadedQuests {
    std::optional<game::progress::Content> content; // only without faults
    std::vector<ContentFault> faults;
};

// Rewards are coins, compost, stardust, and crops and seeds that there are. `directory` holds quests.yaml.
LoadedQuests load_quests(const std::string& directory, const game::farm::Content& farm);
LoadedQuests parse_quests(const ContentText& file, const game::farm::Content& farm);

} // namespace harvest::config
