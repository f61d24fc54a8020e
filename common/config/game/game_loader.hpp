// Reads all of config/game, and says every fault of it at once.
#pragma once

#include "common/config/game/content_loader.hpp"
#include "common/game/game_data.hpp"

#include <optional>

namespace harvest::config {

struct GameTexts {
    ContentText battle{"battle.yaml", ""}, cards{"cards.yaml", ""}, farm{"farm.yaml", ""}, market{"market.yaml", ""},
        recipes{"recipes.yaml", ""}, quests{"quests.yaml", ""}, leagues{"leagues.yaml", ""},
        tournaments{"tournaments.yaml", ""};
};

struct LoadedGame {
    std::optional<game::GameData> data; // only without faults
    std::vector<ContentFault> faults;
};

// Faults: files of `directory` that cannot be read. Without tournaments.yaml there are none.
GameTexts read_game(const std::string& directory, std::vector<ContentFault>& faults);
// What names a thing of a faulty file is not looked into.
LoadedGame parse_game(const GameTexts& texts);

} // namespace harvest::config
