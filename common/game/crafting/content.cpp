#include "common/game/crafting/content.hpp"

#include "common/game/battle/digest.hpp"

#include <algorithm>

namespace harvest::game::crafting {
namespace {

using Sum = std::map<std::string, std::int64_t>;

void add(Sum& sum, const std::vector<Item>& things, std::int64_t times)
{
    for (const Item& item : things) sum[item.asset] += item.amount * times;
}

std::vector<Item> items_of(const Sum& sum)
{
    std::vector<Item> items;
    for (const auto& [asset, amount] : sum) items.push_back({asset, amount});
    return items;
}

const Override* find_override(const Rules& rules, const std::string& card)
{
    const auto found = std::ranges::find(rules.overrides, card, &Override::card);
    return found == rules.overrides.end() ? nullptr : &*found;
}

Recipe make_recipe(std::string id, const battle::Card& card, const Sum& sum)
{
    Recipe recipe;
    recipe.id = std::move(id);
    recipe.card = card.id;
    recipe.things = items_of(sum);
    recipe.numbered = card.rarity == battle::Rarity::legendary || amount_of(recipe.things, moonberry) > 0;
    return recipe;
}

bool has_all(const Sum& sum, const std::vector<Item>& things)
{
    return std::ranges::all_of(things, [&](const Item& item) { return sum.contains(item.asset); });
}

// The canonical form behind the hash: ids cannot hold what parts them.
void put(std::string& out, const Recipe& recipe)
{
    out += recipe.id + ' ' + recipe.card + (recipe.numbered ? " numbered" : "");
    for (const Item& item : recipe.things) out += ' ' + item.asset + ' ' + std::to_string(item.amount);
    out += '\n';
}

} // namespace

std::int64_t amount_of(const std::vector<Item>& things, std::string_view asset)
{
    std::int64_t amount = 0;
    for (const Item& item : things)
        if (item.asset == asset) amount += item.amount;
    return amount;
}

Content Content::derive(std::string version, const Rules& rules, const battle::Content& cards)
{
    Content content;
    content.version_ = std::move(version);
    std::string canonical = content.version_ + '\n';
    for (const battle::Card& card : cards.cards()) {
        if (card.token) continue;
        const RarityRule& rarity = rules.rarities[static_cast<std::size_t>(card.rarity)];
        const Override* other = find_override(rules, card.id);
        Sum own;
        if (other != nullptr && other->things) {
            add(own, *other->things, 1);
        } else {
            add(own, rarity.things, 1);
            add(own, rules.families[static_cast<std::size_t>(card.family)], rarity.portions);
        }
        content.recipes_.push_back(make_recipe(card.id, card, own));
        for (const Variant& variant : rules.variants) {
            if (has_all(own, variant.portion)) continue;
            Sum sum = own;
            add(sum, variant.portion, rarity.portions);
            content.recipes_.push_back(make_recipe(variant.id + '.' + card.id, card, sum));
        }
        const std::int64_t stardust = other != nullptr && other->stardust ? *other->stardust : rarity.stardust;
        content.stardust_[card.id] = stardust;
        canonical += card.id + " gives " + std::to_string(stardust) + '\n';
    }
    for (std::size_t i = 0; i < content.recipes_.size(); ++i) {
        content.by_id_[content.recipes_[i].id] = i;
        put(canonical, content.recipes_[i]);
    }
    content.hash_ = to_hex(battle::sha256({as_bytes(canonical)}));
    return content;
}

const Recipe* Content::find(std::string_view id) const
{
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &recipes_[found->second];
}

std::optional<std::int64_t> Content::stardust_of(std::string_view card) const
{
    const auto found = stardust_.find(card);
    return found == stardust_.end() ? std::nullopt : std::optional<std::int64_t>(found->second);
}

} // namespace harvest::game::crafting
