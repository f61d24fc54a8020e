// A farm as kept, and what an action on it changes (harvest-game(7) §2).
#pragma once

#include "common/ports/records/event.hpp"
#include "common/ports/records/idempotency.hpp"
#include "common/ports/records/ledger.hpp"
#include "common/protocol/farm.hpp"

#include <optional>
#include <vector>

namespace harvest {

struct KeptFarm {
    PlayerId player;
    std::int64_t version{}; // one more at each change; 0: never touched, and without plots
    game::farm::Farm farm;
};

// One consistent look at what an action is decided from.
struct FarmView {
    KeptFarm kept;
    std::vector<Balance> balances;
    std::optional<IdempotencyRecord> done; // what was done under the key asked for
};

// One transaction: the farm's next version with the plots that changed, its cost and gain, events, and the reply.
struct FarmChange {
    KeptFarm next;
    std::vector<std::int64_t> plots; // numbers of those that changed
    std::vector<Transfer> transfers;
    std::vector<OutboxEvent> events;
    IdempotencyRecord record;
};

} // namespace harvest
