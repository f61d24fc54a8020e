// The generic cell rate algorithm (ITU-T I.371, virtual scheduling): a bucket is one number, the theoretical arrival
// time of the next cell. Pure; times in milliseconds on one monotonic clock.
#pragma once

#include <algorithm>
#include <cstdint>

namespace harvest {

struct GcraDecision {
    bool admitted{};
    std::int64_t arrival{};     // what to keep for the bucket
    std::int64_t remaining{};   // that could be admitted now
    std::int64_t retry_after{}; // zero if admitted
    std::int64_t reset_after{}; // until the bucket is as new
};

// `arrival` is what was kept, 0 for a new bucket; `burst` at once, then one each `interval` (both > 0); `cost` cells.
// More than `burst` at once is never admitted. A negative cost gives back, to a full burst at most.
inline GcraDecision gcra(std::int64_t arrival, std::int64_t now, std::int64_t burst, std::int64_t interval,
                         std::int64_t cost)
{
    const std::int64_t whole = burst * interval;
    // A kept time further ahead than a full burst cannot be ours (another rule, a damaged value): it counts as full.
    const std::int64_t from = std::clamp(arrival, now, now + whole);
    const std::int64_t next = std::max(now, from + std::min(cost, burst + 1) * interval);
    GcraDecision decision;
    decision.admitted = next <= now + whole;
    decision.arrival = decision.admitted ? next : from;
    decision.remaining = (now + whole - decision.arrival) / interval;
    decision.retry_after = decision.admitted ? 0 : next - whole - now;
    decision.reset_after = decision.arrival - now;
    return decision;
}

} // namespace harvest
