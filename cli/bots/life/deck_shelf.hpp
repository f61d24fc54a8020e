// The deck that a bot plays with, and its changes: a card newly made goes in, another one out.
#pragma once

#include "cli/bots/books.hpp"
#include "cli/bots/life/activity.hpp"
#include "common/protocol/account.hpp"

namespace harvest::bots {

class DeckShelf final : public Activity {
public:
    // `books`: which cards there are.
    DeckShelf(Client& client, const Books& books, Chance& chance) : client_(client), books_(books), chance_(chance) {}

    // Takes the `which`th of the player's decks, once.
    AsyncResult<void> choose(std::size_t which);
    const DeckId& deck() const { return deck_.id; }
    std::int64_t in_use(std::string_view card) const;
    void wish(std::string card) { wished_ = std::move(card); } // for the deck
    AsyncResult<void> step() override;

private:
    // A card that could come in for one of the deck; "" if none.
    std::string newcomer();

    Client& client_;
    const Books& books_;
    Chance& chance_;
    protocol::DeckInfo deck_;
    std::vector<std::string> asked_; // a change whose outcome is not known
    std::string wished_;
};

} // namespace harvest::bots
