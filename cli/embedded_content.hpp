// config/game as it was when this binary was built.
#pragma once

#include <string_view>

namespace harvest::cli {

std::string_view embedded_battle_yaml();
std::string_view embedded_cards_yaml();
std::string_view embedded_farm_yaml();
std::string_view embedded_market_yaml();
std::string_view embedded_recipes_yaml();
std::string_view embedded_quests_yaml();
std::string_view embedded_leagues_yaml();
std::string_view embedded_tournaments_yaml();

} // namespace harvest::cli
