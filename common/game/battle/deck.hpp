// Deck validation (harvest-game(7) §5) with every fault and its reason, for people who build decks.
#pragma once

#include "common/game/battle/engine.hpp"

#include <map>

namespace harvest::game::battle {

BOOST_DEFINE_ENUM_CLASS(DeckFaultKind, wrong_size, unknown_card, unknown_farmer, token, too_many_copies,
                        too_many_legendary, not_owned)

struct DeckFault {
    DeckFaultKind kind{};
    std::string card; // the card or farmer meant, if one is
    std::string message;
};
BOOST_DESCRIBE_STRUCT(DeckFault, (), (kind, card, message))

// Copies owned by card id. Farmers are free.
using Collection = std::map<std::string, std::int64_t, std::less<>>;

// All faults of a deck, none if it is legal; without a collection, ownership is not asked.
std::vector<DeckFault> deck_faults(const Content& content, std::string_view farmer, std::span<const std::string> cards,
                                   const Collection* owned = nullptr);

// The deck in the rules' own terms. Errors: bad_deck.
Result<DeckList> make_deck(const Content& content, std::string_view farmer, std::span<const std::string> cards);

// The starter decks by id order of the data, as card ids; their sum is the starter collection.
std::vector<std::string> card_ids(const Content& content, std::span<const CardIndex> cards);
Collection starter_collection(const Content& content);

} // namespace harvest::game::battle
