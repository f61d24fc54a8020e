// RateLimit of all processes together: this process's own buckets first, then Redis by its clock, in one script. A key
// that holds nonsense counts as a full bucket. Nothing is kept of a bucket that is as new.
#pragma once

#include "common/adapters/redis/connection.hpp"
#include "common/ports/rate_limit.hpp"

namespace harvest::redis {

struct RateLimitOptions {
    std::string prefix{"harvest:limit:"};
    Millis timeout{90}; // with all that surrounds it, a decision takes no more than 100 ms
};

class RedisRateLimit final : public RateLimit {
public:
    // `local` answers admit() and sees what was admitted here.
    RedisRateLimit(RedisConnection& connection, RateLimit& local, const Clock& clock, RateLimitOptions options = {});

    RateDecision admit(const std::string& key, const RateRule& rule, std::int64_t cost = 1) override;
    AsyncResult<RateDecision> admit_shared(std::string key, RateRule rule, std::int64_t cost, Deadline by) override;

    // The algorithm of common/base/gcra.hpp in Lua. KEYS: the bucket; ARGV: burst, interval, cost.
    static std::string_view lua();

private:
    RedisConnection& connection_;
    RateLimit& local_;
    const Clock& clock_;
    RateLimitOptions options_;
};

} // namespace harvest::redis
