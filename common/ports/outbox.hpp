// What the stores have written for the event log, in commit order per partition, and how far it has been carried there.
#pragma once

#include "common/ports/lease.hpp"
#include "common/ports/records/event.hpp"

#include <vector>

namespace harvest {

class Outbox {
public:
    virtual ~Outbox() = default;
    // At most `max` events that are not yet carried, in order per partition, none of it skipped; empty: no more now.
    virtual AsyncResult<std::vector<StoredEvent>> pending(std::size_t max, Deadline by) = 0;
    // These, got from pending(), are in the event log. Errors: conflict (the lease is another's by now; nothing is
    // kept).
    virtual AsyncResult<void> carried(Lease lease, std::vector<StoredEvent> events, Deadline by) = 0;
};

} // namespace harvest
