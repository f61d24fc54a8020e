// Everything of config/game at one moment. Immutable: who began something under it keeps it to the end.
#pragma once

#include "common/game/battle/content.hpp"
#include "common/game/crafting/content.hpp"
#include "common/game/economy/content.hpp"
#include "common/game/farm/content.hpp"
#include "common/game/progress/content.hpp"
#include "common/game/rating/leagues.hpp"
#include "common/game/tournament/template.hpp"

#include <memory>
#include <string>
#include <vector>

namespace harvest::game {

struct GameData {
    std::shared_ptr<const battle::Content> battle;
    std::shared_ptr<const farm::Content> farm;
    std::shared_ptr<const economy::Content> market;
    std::shared_ptr<const crafting::Content> recipes;
    std::shared_ptr<const progress::Content> quests;
    std::shared_ptr<const rating::Ladder> leagues;
    std::shared_ptr<const std::vector<tournament::Template>> tournaments = nullptr;
};

// The parts whose hashes differ: "battle", "farm", …
std::vector<std::string> changed_parts(const GameData& before, const GameData& after);

// Why `after` cannot take the place of `before` while the game runs, a line each: cards and crops that players hold
// are gone, or the past would be another (the weather's seed, the calendar of seasons).
std::vector<std::string> hindrances(const GameData& before, const GameData& after);

} // namespace harvest::game
