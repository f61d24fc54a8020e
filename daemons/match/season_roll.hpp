// Opens the first season and ends those whose time is over, page by page, under a lease. What is done is marked on each
// rating in the transaction that does it, so that another process goes on wherever this one stops.
#pragma once

#include "common/ports/entropy.hpp"
#include "common/ports/seasons.hpp"
#include "daemons/game_contents.hpp"

namespace harvest::match {

struct SeasonRollConfig {
    std::string lease{"season"};
    Millis lease_length{15'000}, store_timeout{3'000};
    std::size_t page{200};
    Millis pause{10}; // between two pages, for other writers
};

class SeasonRoll {
public:
    // `slot` names this daemon in events; the ports outlive it.
    SeasonRoll(SeasonRollConfig config, std::string slot, const GameContents& contents, Seasons& seasons,
               Leases& leases, Clock& clock, Entropy& entropy);

    // Until the season of now is open. Errors: conflict (another process is at it), those of the stores.
    AsyncResult<void> catch_up();

private:
    AsyncResult<void> lead(Lease lease, std::int64_t current);
    // One page of its end, or with nobody left the next one is opened.
    AsyncResult<void> advance(const Lease& lease, std::int64_t season);
    Deadline by() const { return clock_.after(config_.store_timeout); }

    SeasonRollConfig config_;
    std::string slot_, holder_; // the holder is this process alone
    const GameContents& contents_;
    Seasons& seasons_;
    Leases& leases_;
    Clock& clock_;
};

} // namespace harvest::match
