// A content with just enough in it: fourteen plain units, a token, a farmer, two starter decks.
#pragma once

#include "common/game/battle/content.hpp"

namespace harvest::test {

inline game::battle::Content small_content()
{
    using namespace game::battle;
    std::vector<Card> cards;
    for (int i = 0; i < 15; ++i) {
        Card card;
        card.id = i == 14 ? "hen" : "card-" + std::to_string(i);
        card.name = i == 14 ? "Hen" : "Card " + std::to_string(i);
        card.token = i == 14;
        card.family = Family::critters;
        card.cost = 1;
        card.attack = 1;
        card.health = 2;
        cards.push_back(card);
    }
    Farmer farmer;
    farmer.id = "gardener";
    farmer.name = "Gardener";
    farmer.cost = 2;
    const auto starter = [](std::string id, CardIndex first) {
        StarterDeck deck;
        deck.name = "Starter " + id;
        deck.id = std::move(id);
        for (CardIndex i = 0; i < 12; ++i)
            for (int copy = 0; copy < 2; ++copy) deck.cards.push_back(static_cast<CardIndex>(first + i));
        return deck;
    };
    return Content::finish("test", Rules{}, std::move(cards), {farmer}, {starter("one", 0), starter("two", 2)});
}

} // namespace harvest::test
