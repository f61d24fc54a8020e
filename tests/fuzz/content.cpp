// H12: whatever a designer's file says, reading it ends with content or with faults that name a place. The first byte
// chooses the file; the others are those of config/game.
#include "common/config/game/farm_loader.hpp"
#include "common/config/game/game_loader.hpp"
#include "common/config/game/league_loader.hpp"
#include "common/config/game/market_loader.hpp"
#include "common/config/game/quest_loader.hpp"
#include "common/config/game/recipe_loader.hpp"
#include "common/config/game/tournament_loader.hpp"

#include <cstdlib>
#include <string>

namespace {

using namespace harvest;

const game::GameData& shipped()
{
    static const game::GameData data = [] {
        std::vector<config::ContentFault> faults;
        config::LoadedGame game = config::parse_game(config::read_game("config/game", faults));
        if (!game.data || !faults.empty()) std::abort(); // not begun in the folder of the sources
        return std::move(*game.data);
    }();
    return data;
}

template <class Loaded>
void check(const Loaded& loaded)
{
    if (loaded.content.has_value() != loaded.faults.empty()) std::abort();
    for (const config::ContentFault& fault : loaded.faults)
        if (fault.reason.empty()) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const game::GameData& game = shipped();
    switch (data[0] % 6) {
    case 0:
        check(config::parse_farm({"farm.yaml", text}));
        break;
    case 1:
        check(config::parse_market({"market.yaml", text}, *game.farm, *game.battle));
        break;
    case 2:
        check(config::parse_recipes({"recipes.yaml", text}, *game.battle, *game.farm));
        break;
    case 3:
        check(config::parse_quests({"quests.yaml", text}, *game.farm));
        break;
    case 4:
        check(config::parse_leagues({"leagues.yaml", text}, *game.farm));
        break;
    default:
        check(config::parse_tournaments({"tournaments.yaml", text}, *game.farm));
        break;
    }
    return 0;
}
