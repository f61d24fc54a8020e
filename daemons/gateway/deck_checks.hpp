// What the deck requests share: texts, faults, and how a deck is shown.
#pragma once

#include "common/game/battle/deck.hpp"
#include "common/ports/records/deck.hpp"
#include "common/protocol/account.hpp"
#include "common/protocol/problem.hpp"

namespace harvest::gateway {

// Everything that is wrong with it; a deck that is kept has no fault.
std::vector<protocol::ProblemFault> faults_of(const protocol::NewDeck& deck, const game::battle::Content& content,
                                              const game::battle::Collection& owned);

protocol::DeckInfo show_deck(const Deck& deck, const game::battle::Content& content,
                             const game::battle::Collection& owned);

} // namespace harvest::gateway
