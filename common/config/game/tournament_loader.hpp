// Reads templates of tournaments from config/game/tournaments.yaml and says every fault at once, with its place.
#pragma once

#include "common/config/game/content_loader.hpp"
#include "common/game/farm/content.hpp"
#include "common/game/tournament/template.hpp"

namespace harvest::config {

struct LoadedTournaments {
    std::optional<std::vector<game::tournament::Template>> content; // only without faults
    std::vector<ContentFault> faults;
};

// Rewards are those of quests.
LoadedTournaments parse_tournaments(const ContentText& file, const game::farm::Content& farm);

} // namespace harvest::config
