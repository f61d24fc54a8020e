// Farms of players. A change is one transaction with its ledger transfers, events and the reply to its key.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/farm.hpp"
#include "common/ports/task.hpp"

namespace harvest {

class Farms {
public:
    virtual ~Farms() = default;
    // `key` may be empty. A farm that was never changed has version 0.
    virtual AsyncResult<FarmView> view(PlayerId player, std::string key, Millis now, Deadline by) = 0;
    // Gives the reply that is kept under the key: this one, or, with no further effect, that of the same request
    // before. Errors besides the stores' own: conflict (the farm has moved on), failed_precondition (the player lacks
    // what it costs), idempotency.key_reused.
    virtual AsyncResult<std::string> change(FarmChange change, Deadline by) = 0;
};

} // namespace harvest
