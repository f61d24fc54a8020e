// Crafting and dismantling of cards. Each is one transaction with its ledger transfers, serial numbers, event and the
// reply to its key.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/crafting.hpp"
#include "common/ports/task.hpp"

namespace harvest {

class Crafting {
public:
    virtual ~Crafting() = default;
    // `key` may be empty.
    virtual AsyncResult<CraftView> view(PlayerId player, std::string key, Millis now, Deadline by) = 0;
    // Both give the reply that is kept under the key: this one, or, with no further effect, that of the same request
    // before. Errors besides the stores' own: idempotency.key_reused; craft.missing_ingredients, craft.not_owned (the
    // player has less than it takes).
    virtual AsyncResult<std::string> craft(CraftOrder order, Deadline by) = 0;
    virtual AsyncResult<std::string> dismantle(DismantleOrder order, Deadline by) = 0;
    // What the player had just before `until`, by card and serial.
    virtual AsyncResult<std::vector<NumberedCard>> numbered_before(PlayerId player, Millis until, Deadline by) = 0;
    // A numbered card's owners from the first on. Errors: not_found.
    virtual AsyncResult<std::vector<NumberedCardStep>> history(std::string card, std::int64_t serial, Deadline by) = 0;
};

} // namespace harvest
