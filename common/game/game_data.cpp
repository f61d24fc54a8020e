#include "common/game/game_data.hpp"

namespace harvest::game {

std::vector<std::string> changed_parts(const GameData& before, const GameData& after)
{
    std::vector<std::string> parts;
    const auto compare = [&parts](const char* name, const auto& was, const auto& is) {
        if (was->hash() != is->hash()) parts.emplace_back(name);
    };
    compare("battle", before.battle, after.battle);
    compare("farm", before.farm, after.farm);
    compare("market", before.market, after.market);
    compare("recipes", before.recipes, after.recipes);
    compare("quests", before.quests, after.quests);
    compare("leagues", before.leagues, after.leagues);
    if (*before.tournaments != *after.tournaments) parts.emplace_back("tournaments");
    return parts;
}

std::vector<std::string> hindrances(const GameData& before, const GameData& after)
{
    std::vector<std::string> reasons;
    for (const battle::Card& card : before.battle->cards())
        if (!after.battle->find_card(card.id)) reasons.push_back("card '" + card.id + "' is gone: players may own it");
    for (const farm::Crop& crop : before.farm->crops())
        if (!after.farm->find(crop.id)) reasons.push_back("crop '" + crop.id + "' is gone: it may grow on a farm");
    if (before.farm->climate().seed != after.farm->climate().seed)
        reasons.emplace_back("the weather's seed differs: what grows now grew under the old one");
    const bool same_calendar = before.leagues->begin_of(1) == after.leagues->begin_of(1) &&
                               before.leagues->end_of(1) == after.leagues->end_of(1);
    if (!same_calendar) reasons.emplace_back("the calendar of the seasons differs: one of them is under way");
    return reasons;
}

} // namespace harvest::game
