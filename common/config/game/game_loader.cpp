#include "common/config/game/game_loader.hpp"

#include "common/config/game/content_file.hpp"
#include "common/config/game/farm_loader.hpp"
#include "common/config/game/league_loader.hpp"
#include "common/config/game/market_loader.hpp"
#include "common/config/game/quest_loader.hpp"
#include "common/config/game/recipe_loader.hpp"
#include "common/config/game/tournament_loader.hpp"

#include <filesystem>

namespace harvest::config {
namespace {

// The part that was loaded, if it was; its faults go to the others.
template <class Loaded>
auto take(Loaded loaded, std::vector<ContentFault>& faults)
{
    faults.insert(faults.end(), loaded.faults.begin(), loaded.faults.end());
    using Content = typename decltype(loaded.content)::value_type;
    return loaded.content ? std::make_shared<const Content>(std::move(*loaded.content)) : nullptr;
}

} // namespace

GameTexts read_game(const std::string& directory, std::vector<ContentFault>& faults)
{
    GameTexts texts;
    content::FaultList found(faults);
    for (ContentText* file :
         {&texts.battle, &texts.cards, &texts.farm, &texts.market, &texts.recipes, &texts.quests, &texts.leagues})
        file->text = content::read_file(directory + '/' + file->name, file->name, found);
    // Only where it is known to be absent there are no kinds; what cannot be looked at is told as unreadable.
    std::error_code error;
    const std::filesystem::file_status status =
        std::filesystem::status(directory + '/' + texts.tournaments.name, error);
    if (status.type() != std::filesystem::file_type::not_found)
        texts.tournaments.text =
            content::read_file(directory + '/' + texts.tournaments.name, texts.tournaments.name, found);
    return texts;
}

LoadedGame parse_game(const GameTexts& texts)
{
    LoadedGame out;
    game::GameData data;
    data.battle = take(parse_content(texts.battle, texts.cards), out.faults);
    data.farm = take(parse_farm(texts.farm), out.faults);
    if (data.farm) {
        data.quests = take(parse_quests(texts.quests, *data.farm), out.faults);
        data.leagues = take(parse_leagues(texts.leagues, *data.farm), out.faults);
        LoadedTournaments none;
        none.content.emplace();
        data.tournaments =
            take(texts.tournaments.text.empty() ? std::move(none) : parse_tournaments(texts.tournaments, *data.farm),
                 out.faults);
    }
    if (data.farm && data.battle) {
        data.market = take(parse_market(texts.market, *data.farm, *data.battle), out.faults);
        data.recipes = take(parse_recipes(texts.recipes, *data.battle, *data.farm), out.faults);
    }
    if (out.faults.empty()) out.data = std::move(data);
    return out;
}

} // namespace harvest::config
