// Bounds failed password checks (NIST SP 800-63B §5.2.2): 5 a minute and 50 a day for an account, 10 in 10 minutes from
// an address. Checks under way count as failed until they have ended; without the limiter nobody signs in.
#pragma once

#include "common/ports/rate_limit.hpp"

#include <array>
#include <map>
#include <string>

namespace harvest::auth {

class GuessLimits {
public:
    explicit GuessLimits(RateLimit& limits) : limits_(limits) {}

    using Keys = std::array<std::string, 3>;
    static Keys keys(std::string_view name_key, std::string_view address);

    // Takes a place for one check. Errors: too_many_failures, unavailable. Every success is followed by end().
    AsyncResult<void> begin(Keys keys, Deadline by);
    Task<void> end(Keys keys, bool failed, Deadline by);

private:
    void release(const Keys& keys);

    RateLimit& limits_;
    std::map<std::string, std::int64_t> under_way_;
};

} // namespace harvest::auth
