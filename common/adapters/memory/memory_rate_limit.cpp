#include "common/adapters/memory/memory_rate_limit.hpp"

#include "common/base/assert.hpp"
#include "common/base/gcra.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <vector>

namespace harvest::memory {

MemoryRateLimit::MemoryRateLimit(const Clock& clock, std::size_t capacity)
    : clock_(clock),
      shard_capacity_(std::max<std::size_t>(1, capacity / shard_count))
{
}

void MemoryRateLimit::make_room(Shard& shard, std::int64_t now) const
{
    std::erase_if(shard.arrivals, [now](const auto& entry) { return entry.second <= now; });
    if (shard.arrivals.size() < shard_capacity_) return;
    // An eighth goes at once, so that a flood of keys pays for the sweep once in many calls.
    std::vector<std::int64_t> arrivals;
    arrivals.reserve(shard.arrivals.size());
    for (const auto& [key, arrival] : shard.arrivals) arrivals.push_back(arrival);
    const auto cut = arrivals.begin() + static_cast<std::ptrdiff_t>(arrivals.size() / 8);
    std::nth_element(arrivals.begin(), cut, arrivals.end());
    std::erase_if(shard.arrivals, [limit = *cut](const auto& entry) { return entry.second <= limit; });
}

RateDecision MemoryRateLimit::admit(const std::string& key, const RateRule& rule, std::int64_t cost)
{
    HARVEST_ASSERT(rule.burst > 0 && rule.interval.count() > 0 && cost >= -rule.burst);
    const std::int64_t now = clock_.monotonic().count();
    Shard& shard = shards_[std::hash<std::string>{}(key) % shard_count];
    const std::lock_guard lock(shard.mutex);
    auto entry = shard.arrivals.find(key);
    if (entry == shard.arrivals.end()) {
        if (shard.arrivals.size() >= shard_capacity_) make_room(shard, now);
        entry = shard.arrivals.emplace(key, 0).first;
    }
    const GcraDecision decision = gcra(entry->second, now, rule.burst, rule.interval.count(), cost);
    entry->second = decision.arrival;
    return {decision.admitted, decision.remaining, Millis{decision.retry_after}, Millis{decision.reset_after}};
}

AsyncResult<RateDecision> MemoryRateLimit::admit_shared(std::string key, RateRule rule, std::int64_t cost, Deadline by)
{
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    co_return admit(key, rule, cost);
}

std::size_t MemoryRateLimit::size() const
{
    std::size_t total = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        total += shard.arrivals.size();
    }
    return total;
}

} // namespace harvest::memory
