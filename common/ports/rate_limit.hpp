// Token-free rate limiting by GCRA (ITU-T I.371): `burst` at once, then one each `interval`.
#pragma once

#include "common/base/time.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <cstdint>
#include <string>

namespace harvest {

struct RateRule {
    std::int64_t burst{1};
    Millis interval{1000};
    friend bool operator==(const RateRule&, const RateRule&) = default;
};

struct RateDecision {
    bool admitted{};
    std::int64_t remaining{}; // that could be admitted now
    Millis retry_after{};     // zero if admitted
    Millis reset_after{};     // until the whole burst is there again
};

class RateLimit {
public:
    virtual ~RateLimit() = default;
    // Answers at once, from this process's own buckets.
    virtual RateDecision admit(const std::string& key, const RateRule& rule, std::int64_t cost = 1) = 0;
    // The decision of all processes together; a negative cost gives back what was admitted and did not happen.
    // Errors: unavailable (the local decision holds then, logins stay shut).
    virtual AsyncResult<RateDecision> admit_shared(std::string key, RateRule rule, std::int64_t cost, Deadline by) = 0;
};

} // namespace harvest
