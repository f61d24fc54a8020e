// What a player holds, as the ledger says it.
#pragma once

#include "common/game/battle/deck.hpp"
#include "common/ports/ledger.hpp"

namespace harvest::gateway {

inline constexpr std::string_view card_prefix = "card.";

// Copies by card id.
AsyncResult<game::battle::Collection> owned_cards(Ledger& ledger, PlayerId player, Deadline by);

} // namespace harvest::gateway
