// Bounds failed password checks (NIST SP 800-63B §5.2.2): 5 a minute and 50 a day for an account, 10 in 10 minutes from
// an address, in all processes together. A check counts as failed until it has ended otherwise; without the limiter
// nobody signs in.
#pragma once

#include "common/ports/rate_limit.hpp"

#include <array>
#include <cstddef>
#include <string>

namespace harvest::auth {

class GuessLimits {
public:
    explicit GuessLimits(RateLimit& limits) : limits_(limits) {}

    using Keys = std::array<std::string, 3>;
    static Keys keys(std::string_view name_key, std::string_view address);

    // Takes a place for one check. Errors: too_many_failures, unavailable. Every success is followed by end().
    AsyncResult<void> begin(Keys keys, Deadline by);
    // A check that did not fail gives its place back.
    Task<void> end(Keys keys, bool failed, Deadline by);

private:
    Task<void> give_back(Keys keys, std::size_t count, Deadline by); // of the first `count`

    RateLimit& limits_;
};

} // namespace harvest::auth
