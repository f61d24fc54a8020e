// Finds the game's data: a named folder, the installed one, the repository's, or what is built into the binary.
#include "cli/compose.hpp"
#include "cli/embedded_content.hpp"
#include "common/config/game/farm_loader.hpp"
#include "common/config/game/league_loader.hpp"
#include "common/config/game/market_loader.hpp"
#include "common/config/game/quest_loader.hpp"
#include "common/config/game/recipe_loader.hpp"
#include "common/config/game/tournament_loader.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace harvest::cli {
namespace {

namespace fs = std::filesystem;

std::string content_folder(const std::string& content_dir)
{
    if (!content_dir.empty()) return content_dir;
    std::error_code error;
    const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
    // bin/ of an installation, build/<preset>/ of the repository.
    for (const fs::path& candidate : {here / "../share/harvest/game", here / "../../config/game"})
        if (fs::exists(candidate / "cards.yaml", error)) return fs::weakly_canonical(candidate, error);
    return {};
}

[[noreturn]] void refuse(const std::vector<config::ContentFault>& found)
{
    std::string faults = fmt::format("the game's content has {} fault(s)", found.size());
    for (const config::ContentFault& fault : found) faults += "\n  " + fault.text();
    throw boost::system::system_error(make_error_code(Errc::invalid_argument), faults);
}

} // namespace

std::shared_ptr<const game::battle::Content> find_content(const std::string& content_dir)
{
    const std::string folder = content_folder(content_dir);
    config::LoadedContent loaded = folder.empty()
                                       ? config::parse_content({"battle.yaml", std::string(embedded_battle_yaml())},
                                                               {"cards.yaml", std::string(embedded_cards_yaml())})
                                       : config::load_content(folder);
    if (loaded.content) return std::make_shared<const game::battle::Content>(std::move(*loaded.content));
    refuse(loaded.faults);
}

std::shared_ptr<const game::farm::Content> find_farm(const std::string& content_dir)
{
    const std::string folder = content_folder(content_dir);
    config::LoadedFarm loaded = folder.empty() ? config::parse_farm({"farm.yaml", std::string(embedded_farm_yaml())})
                                               : config::load_farm(folder);
    if (loaded.content) return std::make_shared<const game::farm::Content>(std::move(*loaded.content));
    refuse(loaded.faults);
}

std::shared_ptr<const game::economy::Content>
find_market(const std::string& content_dir, const game::farm::Content& farm, const game::battle::Content& battle)
{
    const std::string folder = content_folder(content_dir);
    config::LoadedMarket loaded =
        folder.empty() ? config::parse_market({"market.yaml", std::string(embedded_market_yaml())}, farm, battle)
                       : config::load_market(folder, farm, battle);
    if (loaded.content) return std::make_shared<const game::economy::Content>(std::move(*loaded.content));
    refuse(loaded.faults);
}

std::shared_ptr<const game::crafting::Content>
find_recipes(const std::string& content_dir, const game::battle::Content& cards, const game::farm::Content& farm)
{
    const std::string folder = content_folder(content_dir);
    config::LoadedRecipes loaded =
        folder.empty() ? config::parse_recipes({"recipes.yaml", std::string(embedded_recipes_yaml())}, cards, farm)
                       : config::load_recipes(folder, cards, farm);
    if (loaded.content) return std::make_shared<const game::crafting::Content>(std::move(*loaded.content));
    refuse(loaded.faults);
}

std::shared_ptr<const game::progress::Content> find_quests(const std::string& content_dir,
                                                           const game::farm::Content& farm)
{
    const std::string folder = content_folder(content_dir);
    config::LoadedQuests loaded = folder.empty()
                                      ? config::parse_quests({"quests.yaml", std::string(embedded_quests_yaml())}, farm)
                                      : config::load_quests(folder, farm);
    if (loaded.content) return std::make_shared<const game::progress::Content>(std::move(*loaded.content));
    refuse(loaded.faults);
}

std::shared_ptr<const game::rating::Ladder> find_leagues(const std::string& content_dir,
                                                         const game::farm::Content& farm)
{
    const std::string folder = content_folder(content_dir);
    config::LoadedLeagues loaded =
        folder.empty() ? config::parse_leagues({"leagues.yaml", std::string(embedded_leagues_yaml())}, farm)
                       : config::load_leagues(folder, farm);
    if (loaded.content) return std::make_shared<const game::rating::Ladder>(std::move(*loaded.content));
    refuse(loaded.faults);
}

std::vector<game::tournament::Template> find_tournaments(const std::string& content_dir,
                                                         const game::farm::Content& farm)
{
    const std::string folder = content_folder(content_dir);
    config::LoadedTournaments loaded =
        folder.empty() ? config::parse_tournaments({"tournaments.yaml", std::string(embedded_tournaments_yaml())}, farm)
                       : config::load_tournaments(folder, farm);
    if (loaded.content) return std::move(*loaded.content);
    refuse(loaded.faults);
}

} // namespace harvest::cli
