// The one door for value: balances change by transfers only, and never below zero (harvest-game(7) §1).
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/event.hpp"
#include "common/ports/records/ledger.hpp"
#include "common/ports/task.hpp"

#include <vector>

namespace harvest {

class Ledger {
public:
    virtual ~Ledger() = default;
    // All or none, with the events. A transfer id seen before with the same content does nothing; with another:
    // conflict. Errors besides the stores' own: failed_precondition if an account would go below zero.
    virtual AsyncResult<void> transfer(std::vector<Transfer> transfers, Millis now, std::vector<OutboxEvent> events,
                                       Deadline by) = 0;
    virtual AsyncResult<std::vector<Balance>> balances(LedgerAccount account, Deadline by) = 0;
    virtual AsyncResult<std::vector<LedgerEntry>> history(LedgerAccount account, std::int64_t after_seq,
                                                          std::size_t limit, Deadline by) = 0;
};

} // namespace harvest
