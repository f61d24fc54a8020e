// A bot's workshop: makes a card that it has the things for, else turns spare ones into stardust.
#pragma once

#include "cli/bots/deeds.hpp"
#include "cli/bots/life/deck_shelf.hpp"
#include "common/protocol/crafting.hpp"

namespace harvest::bots {

class Crafting final : public Activity {
public:
    Crafting(Client& client, Deeds& deeds, DeckShelf& decks, Chance& chance)
        : client_(client),
          deeds_(deeds),
          decks_(decks),
          chance_(chance)
    {
    }
    AsyncResult<void> step() override;

private:
    AsyncResult<void> make(const protocol::RecipeInfo& recipe);
    AsyncResult<void> dismantle();

    Client& client_;
    Deeds& deeds_;
    DeckShelf& decks_;
    Chance& chance_;
    protocol::RecipeCatalogue recipes_;
};

} // namespace harvest::bots
