// Recipes of the small content: every card of 2 beets, 5 coins and 3 stardust, gives 2; its moonlit copy takes a
// moonberry more and is numbered.
#pragma once

#include "common/game/crafting/content.hpp"
#include "tests/support/small_content.hpp"

namespace harvest::test {

inline game::crafting::Rules small_recipe_rules()
{
    game::crafting::Rules rules;
    for (game::crafting::RarityRule& rarity : rules.rarities) rarity = {1, {{"coin", 5}, {"stardust", 3}}, 2};
    for (auto& portion : rules.families) portion = {{"beet", 2}};
    rules.variants = {{"moonlit", {{"moonberry", 1}}}};
    return rules;
}

inline game::crafting::Content small_recipes()
{
    return game::crafting::Content::derive("test", small_recipe_rules(), small_content());
}

} // namespace harvest::test
