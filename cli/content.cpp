#include "cli/content.hpp"

#include "cli/embedded_content.hpp"
#include "common/base/errc.hpp"

#include <boost/system/system_error.hpp>
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

config::GameTexts embedded_texts()
{
    config::GameTexts texts;
    texts.battle.text = embedded_battle_yaml();
    texts.cards.text = embedded_cards_yaml();
    texts.farm.text = embedded_farm_yaml();
    texts.market.text = embedded_market_yaml();
    texts.recipes.text = embedded_recipes_yaml();
    texts.quests.text = embedded_quests_yaml();
    texts.leagues.text = embedded_leagues_yaml();
    texts.tournaments.text = embedded_tournaments_yaml();
    return texts;
}

[[noreturn]] void refuse(const std::vector<config::ContentFault>& found)
{
    std::string faults = fmt::format("the game's content has {} fault(s)", found.size());
    for (const config::ContentFault& fault : found) faults += "\n  " + fault.text();
    throw boost::system::system_error(make_error_code(Errc::invalid_argument), faults);
}

} // namespace

FoundGame find_game(const std::string& content_dir)
{
    const std::string folder = content_folder(content_dir);
    FoundGame found;
    std::vector<config::ContentFault> unreadable;
    found.texts = folder.empty() ? embedded_texts() : config::read_game(folder, unreadable);
    if (!unreadable.empty()) refuse(unreadable);
    config::LoadedGame loaded = config::parse_game(found.texts);
    if (!loaded.data) refuse(loaded.faults);
    found.data = std::move(*loaded.data);
    return found;
}

} // namespace harvest::cli
