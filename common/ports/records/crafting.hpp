// Numbered cards as kept, and what crafting and dismantling change (harvest-game(7) §1, §4).
#pragma once

#include "common/ports/records/event.hpp"
#include "common/ports/records/idempotency.hpp"
#include "common/ports/records/ledger.hpp"
#include "common/protocol/crafting.hpp"

#include <optional>
#include <vector>

namespace harvest {

// A copy with a serial number, from 1 for each card; it is one of its owner's copies on the ledger too.
struct NumberedCard {
    std::string card;
    std::int64_t serial{};
    Millis since{}; // its owner has had it
};

// One change of its owner; "" once it is retired.
struct NumberedCardStep {
    LedgerAccount owner;
    std::string reason; // "craft.make", "craft.dismantle"
    Millis at{};
};

// One consistent look at what an action is decided from.
struct CraftView {
    std::vector<Balance> balances;
    std::vector<NumberedCard> numbered;    // by card and serial
    std::optional<IdempotencyRecord> done; // what was done under the key asked for
};

// One transaction: ingredients to the sink, a copy from the mint, its serial number if it is to have one, the event
// and the reply. The store writes the serial into `reply` and `told`, and these into the record and the event.
struct CraftOrder {
    bool numbered{};
    std::vector<Transfer> transfers; // all from or to the player
    protocol::CraftReply reply;
    protocol::CraftMade told;
    OutboxEvent event;
    IdempotencyRecord record;
};

// One transaction: `count` copies to the sink, what they give from the mint, the serials that go with them, the event
// and the reply. The store writes the serials into `reply` and `told`, and these into the record and the event.
struct DismantleOrder {
    Transfer taken; // copies of one card
    std::vector<Transfer> given;
    protocol::DismantleReply reply;
    protocol::CraftDismantled told;
    OutboxEvent event;
    IdempotencyRecord record;
};

} // namespace harvest
