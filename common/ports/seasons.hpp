// Seasons: which one is open, and its end, page by page. A rating says which season it counts in, so that the end comes
// to each player once, whenever it is cut off and begun again.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/lease.hpp"
#include "common/ports/records/season.hpp"
#include "common/ports/task.hpp"

#include <vector>

namespace harvest {

class Seasons {
public:
    virtual ~Seasons() = default;

    // The open one. Errors: not_found (there was none yet).
    virtual AsyncResult<Season> open(Deadline by) = 0;
    // Errors: not_found (no such season, or it has not begun).
    virtual AsyncResult<Season> find(std::int64_t season, Deadline by) = 0;
    // The last ones, the newest first.
    virtual AsyncResult<std::vector<Season>> list(std::size_t limit, Deadline by) = 0;
    // The first of a store; what is rated already counts in it. Nothing happens if there is one.
    virtual AsyncResult<void> begin(Lease lease, std::int64_t season, BoardRule board, Millis now, Deadline by) = 0;

    // Ranked players whom the end of this season has not come to.
    virtual AsyncResult<std::vector<SeasonPlayer>> unsettled(std::int64_t season, std::size_t limit, Deadline by) = 0;
    // One transaction: new ratings, rewards, events. Those who have played meanwhile are left for another page.
    // Errors: conflict (the lease is another's, or the season is not open), those of the ledger.
    virtual AsyncResult<void> settle(Lease lease, std::int64_t season, std::vector<SeasonEnd> page, Millis now,
                                     Deadline by) = 0;
    // Closes it and opens the next. Errors: conflict (as above, or somebody is left).
    virtual AsyncResult<void> close(Lease lease, std::int64_t season, BoardRule next, Millis now, Deadline by) = 0;
};

} // namespace harvest
