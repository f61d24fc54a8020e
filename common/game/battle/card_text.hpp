// The sentence on a card, generated from its data so that it cannot say anything else than what the card does.
#pragma once

#include "common/game/battle/content.hpp"

namespace harvest::game::battle {

std::string card_text(const Card& card, const Content& content);
std::string power_text(const Farmer& farmer, const Content& content);
std::string effect_text(const Effect& effect, const Content& content);

} // namespace harvest::game::battle
