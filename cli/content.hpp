// Finds the game's data: a named folder, else the installed one or the repository's, else what is built into the
// binary.
#pragma once

#include "common/config/game/game_loader.hpp"
#include "common/game/game_data.hpp"

#include <string>

namespace harvest::cli {

struct FoundGame {
    game::GameData data;
    config::GameTexts texts;
};

// Throws boost::system::system_error (invalid_argument) with every fault.
FoundGame find_game(const std::string& content_dir);

} // namespace harvest::cli
