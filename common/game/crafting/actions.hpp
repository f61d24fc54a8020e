// What a player does with recipes and cards: pure decisions over what the player holds (harvest-game(7) §4).
#pragma once

#include "common/game/crafting/content.hpp"
#include "common/game/crafting/errc.hpp"

namespace harvest::game::crafting {

inline constexpr std::int64_t count_at_most = 1'000; // copies dismantled at once
inline constexpr std::string_view card_prefix = "card.";

inline std::string card_asset(std::string_view card)
{
    return std::string(card_prefix) + std::string(card);
}

// By the recipe's id, or the card's own recipe. Errors: name_one, no_such_recipe, no_such_card.
Result<const Recipe*> choose(const Content& content, const std::optional<std::string>& recipe,
                             const std::optional<std::string>& card);

// What the holdings lack for a recipe; nothing where it can be made.
std::vector<Item> missing(const Recipe& recipe, const Holdings& holdings);

// The stardust that `count` copies give. Errors: bad_count, no_such_card, not_owned.
Result<std::int64_t> dismantle(const Content& content, const std::string& card, std::int64_t count,
                               const Holdings& holdings);

// How many numbered copies go when `count` of `copies` are dismantled: plain ones go first.
std::int64_t numbered_to_retire(std::int64_t copies, std::int64_t numbered, std::int64_t count);

} // namespace harvest::game::crafting
