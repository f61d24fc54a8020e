// The matcher on recorded tickets, on a clock of its own: what waiting and fairness come to under these rules.
#pragma once

#include "daemons/match/config.hpp"
#include "daemons/match/service.hpp"

namespace harvest::match {

Rules rules_of(const Config& config);

// Of one mode. Waits in seconds, gaps in rating points between the two of a pair.
struct QueueFigures {
    std::string mode;
    std::int64_t tickets{}, paired{}, with_bots{}, left{};
    double wait_p50{}, wait_p95{}, wait_max{};
    double gap_mean{}, gap_p95{};
};

// `tickets` of players who differ; `since` is when each was queued. Pairs as the match daemon does, a cycle at a time,
// until the last ticket's window has been as wide as it gets for a minute. By mode, in the order of names.
std::vector<QueueFigures> simulate(std::vector<Seeker> tickets, const Config& config);

} // namespace harvest::match
