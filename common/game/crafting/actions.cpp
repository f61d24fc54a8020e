#include "common/game/crafting/actions.hpp"

#include <algorithm>

namespace harvest::game::crafting {
namespace {

std::int64_t held(const Holdings& holdings, std::string_view asset)
{
    const auto found = holdings.find(asset);
    return found == holdings.end() ? 0 : std::max<std::int64_t>(0, found->second);
}

} // namespace

Result<const Recipe*> choose(const Content& content, const std::optional<std::string>& recipe,
                             const std::optional<std::string>& card)
{
    if (recipe.has_value() == card.has_value()) return CraftErrc::name_one;
    const Recipe* found = content.find(recipe ? *recipe : *card);
    if (recipe && found == nullptr) return CraftErrc::no_such_recipe;
    if (card && (found == nullptr || found->card != *card)) return CraftErrc::no_such_card;
    return found;
}

std::vector<Item> missing(const Recipe& recipe, const Holdings& holdings)
{
    std::vector<Item> lacking;
    for (const Item& item : recipe.things)
        if (const std::int64_t have = held(holdings, item.asset); have < item.amount)
            lacking.push_back({item.asset, item.amount - have});
    return lacking;
}

Result<std::int64_t> dismantle(const Content& content, const std::string& card, std::int64_t count,
                               const Holdings& holdings)
{
    if (count < 1 || count > count_at_most) return CraftErrc::bad_count;
    const std::optional<std::int64_t> stardust = content.stardust_of(card);
    if (!stardust) return CraftErrc::no_such_card;
    if (held(holdings, card_asset(card)) < count) return CraftErrc::not_owned;
    return *stardust * count;
}

std::int64_t numbered_to_retire(std::int64_t copies, std::int64_t numbered, std::int64_t count)
{
    return std::clamp<std::int64_t>(numbered - (copies - count), 0, numbered);
}

} // namespace harvest::game::crafting
