// Who may do what only one may do (relay, timer, sweep): a name is held for a time, and each change of hands raises its
// epoch. A lease decides when to try; what a holder writes is checked against the epoch in the same commit.
#pragma once

#include "common/ports/clock.hpp"

#include <string>

namespace harvest {

struct Lease {
    std::string name;   // "relay"
    std::string holder; // "relay-0@node1"
    std::int64_t epoch{};
    Millis until{}; // wall clock of the store's user; others may take it after that
};

// Errors of each besides its own: resource_exhausted, unavailable, timed_out, in_doubt, canceled.
class Leases {
public:
    virtual ~Leases() = default;
    // Takes what is free, run out, or the holder's own from before; the epoch is one more than ever before.
    // Errors: conflict (another holds it), invalid_argument (no name or holder).
    virtual AsyncResult<Lease> acquire(std::string name, std::string holder, Millis length, Deadline by) = 0;
    // From now on for `length`. Errors: conflict (it has another epoch by now, or was released).
    virtual AsyncResult<Lease> renew(Lease lease, Millis length, Deadline by) = 0;
    // Free at once for another; of a lost lease: nothing happens.
    virtual AsyncResult<void> release(Lease lease, Deadline by) = 0;
};

} // namespace harvest
