// Reads the recipes from config/game/recipes.yaml and says every fault of them at once, with its place.
#pragma once

#include "common/config/game/content_loader.hpp"
#include "common/game/crafting/content.hpp"

namespace harvest::config {

struct LoadedRecipes {
    std::optional<game::crafting::Content> content; // only without faults
    std::vector<ContentFault> faults;
};

// For the cards that there are, of the crops that there are. `directory` holds recipes.yaml.
LoadedRecipes load_recipes(const std::string& directory, const game::battle::Content& cards,
                           const game::farm::Content& farm);
LoadedRecipes parse_recipes(const ContentText& file, const game::battle::Content& cards,
                            const game::farm::Content& farm);

} // namespace harvest::config
