// RateLimit of one process: here the shared decision is the local one. For any thread. When too many keys are kept,
// those whose bucket is as new go first, then the ones nearest to that.
#pragma once

#include "common/ports/rate_limit.hpp"

#include <array>
#include <mutex>
#include <unordered_map>

namespace harvest::memory {

class MemoryRateLimit final : public RateLimit {
public:
    explicit MemoryRateLimit(const Clock& clock, std::size_t capacity = 1'000'000);

    RateDecision admit(const std::string& key, const RateRule& rule, std::int64_t cost = 1) override;
    AsyncResult<RateDecision> admit_shared(std::string key, RateRule rule, std::int64_t cost, Deadline by) override;
    std::size_t size() const;

private:
    static constexpr std::size_t shard_count = 16;
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<std::string, std::int64_t> arrivals;
    };
    void make_room(Shard& shard, std::int64_t now) const;

    const Clock& clock_;
    std::size_t shard_capacity_;
    std::array<Shard, shard_count> shards_;
};

} // namespace harvest::memory
