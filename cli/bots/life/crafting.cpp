#include "cli/bots/life/crafting.hpp"

#include "common/game/crafting/actions.hpp"

#include <algorithm>

namespace harvest::bots {

using game::crafting::card_prefix;

namespace {

constexpr std::size_t spares_kept = 3; // for changes of the deck

} // namespace

AsyncResult<void> Crafting::make(const protocol::RecipeInfo& recipe)
{
    protocol::CraftRequest request;
    if (chance_.happens(0.5) && recipe.id == recipe.card)
        request.card = recipe.card;
    else
        request.recipe = recipe.id;
    std::string data = encode(request);
    const Result<std::string> made = co_await deeds_.act("craft.make", std::move(data));
    if (made) decks_.wish(recipe.card);
    co_return made ? Result<void>() : unless_cut(made.error());
}

// A copy that the deck can do without.
AsyncResult<void> Crafting::dismantle()
{
    std::vector<std::string> spare;
    for (const auto& [asset, amount] : deeds_.books().holdings()) {
        if (!asset.starts_with(card_prefix)) continue;
        const std::string card = asset.substr(card_prefix.size());
        if (decks_.in_use(card) < amount) spare.push_back(card);
    }
    if (spare.size() <= spares_kept) co_return Result<void>{};
    const protocol::DismantleRequest request{spare[chance_.below(spare.size())], 1};
    std::string data = encode(request);
    const Result<std::string> done = co_await deeds_.act("craft.dismantle", std::move(data));
    co_return done ? Result<void>() : unless_cut(done.error());
}

AsyncResult<void> Crafting::step()
{
    if (recipes_.items.empty() || chance_.happens(0.1)) { // people look again, too
        const Result<std::string> text = co_await client_.look("craft.recipes", "/v1/catalog/recipes");
        if (!text) co_return unless_cut(text.error());
        auto recipes = protocol::decode<protocol::RecipeCatalogue>(*text, nullptr, protocol::Unknown::ignore);
        if (!recipes) co_return recipes.error();
        recipes_ = std::move(*recipes);
    }
    const Books& books = deeds_.books();
    std::vector<const protocol::RecipeInfo*> possible;
    for (const protocol::RecipeInfo& recipe : recipes_.items) {
        const bool can = std::ranges::all_of(recipe.things, [&books](const protocol::AssetAmount& thing) {
            return books.owned(thing.asset) >= thing.amount.units;
        });
        if (can) possible.push_back(&recipe);
    }
    if (!possible.empty()) co_return co_await make(*possible[chance_.below(possible.size())]);
    if (chance_.happens(0.05)) co_return co_await make(recipes_.items[chance_.below(recipes_.items.size())]);
    co_return co_await dismantle();
}

} // namespace harvest::bots
