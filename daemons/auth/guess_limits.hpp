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
    GuessLimits(RateLimit& limits, Clock& clock) : limits_(limits), clock_(clock) {}

    using Keys = std::array<std::string, 3>;
    static Keys keys(std::string_view name_key, std::string_view address);

    enum class Verdict { may_try, address_full, account_full };
    // Takes a place for one check, which end() follows where it may be tried. Errors: unavailable.
    AsyncResult<Verdict> begin(Keys keys, Deadline by);
    // A check that did not fail gives its place back.
    Task<void> end(Keys keys, bool failed);

private:
    Task<void> give_back(Keys keys, std::size_t count); // of the first `count`

    RateLimit& limits_;
    Clock& clock_;
};

} // namespace harvest::auth
