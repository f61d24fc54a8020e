// How long one call may wait for Redis, and what it is told when that is over.
#pragma once

#include "common/ports/clock.hpp"

#include <algorithm>

namespace harvest::redis {

struct Patience {
    Millis length{};
    Errc when_over{Errc::timed_out};
};

// Until the caller's deadline (timed_out), but no longer than `longest` (unavailable). Errors: timed_out (passed).
inline Result<Patience> patience(const Clock& clock, Deadline by, Millis longest)
{
    const Millis left = by.at - clock.monotonic();
    if (left <= Millis{0}) return Errc::timed_out;
    return Patience{std::min(left, longest), left < longest ? Errc::timed_out : Errc::unavailable};
}

} // namespace harvest::redis
