#include "common/protocol/crafting.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

std::string make_recipe_catalogue(const game::crafting::Content& recipes)
{
    protocol::RecipeCatalogue catalogue;
    catalogue.version = recipes.version();
    catalogue.content = recipes.hash();
    for (const game::crafting::Recipe& recipe : recipes.recipes()) {
        protocol::RecipeInfo info;
        info.id = recipe.id;
        info.card = recipe.card;
        for (const game::crafting::Item& item : recipe.things) info.things.push_back({item.asset, {item.amount}});
        info.numbered = recipe.numbered;
        info.dismantle = {recipes.stardust_of(recipe.card).value_or(0)};
        catalogue.items.push_back(std::move(info));
    }
    return protocol::encode(catalogue);
}

Task<HttpResponse> handle_catalogue_recipes(const std::string& body, const game::crafting::Content& recipes,
                                            const Call& call)
{
    co_return catalogue_reply(body, recipes.hash(), call);
}

} // namespace harvest::gateway
