// What a player holds, as the ledger says it.
#pragma once

#include "common/game/battle/deck.hpp"
#include "common/ports/ledger.hpp"

namespace harvest::gateway {

inline constexpr std::string_view card_prefix = "card.";

// Copies by card id.
game::battle::Collection cards_of(const std::vector<Balance>& balances);
AsyncResult<game::battle::Collection> owned_cards(Ledger& ledger, PlayerId player, Deadline by);

} // namespace harvest::gateway
