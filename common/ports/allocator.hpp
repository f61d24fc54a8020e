// Finds a home for a match: an instance that has accepted it.
#pragma once

#include "common/base/ids.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/server_link.hpp"
#include "common/ports/task.hpp"

#include <string>
#include <vector>

namespace harvest {

struct Allocation {
    std::string instance;            // daemon id
    std::vector<Endpoint> endpoints; // as the instance advertises them
};

class Allocator {
public:
    virtual ~Allocator() = default;
    // Asking again for the same match gives the same instance while it lives. Errors: unavailable (no capacity),
    // timed_out.
    virtual AsyncResult<Allocation> allocate(MatchId match, Deadline by) = 0;
};

} // namespace harvest
