// Time as a daemon may see it: the wall clock for what is stored and shown, a monotonic one for every wait.
#pragma once

#include "common/base/time.hpp"
#include "common/ports/task.hpp"

namespace harvest {

// A point on Clock::monotonic(); it travels with a request and only ever shrinks.
struct Deadline {
    Millis at{};
    friend auto operator<=>(const Deadline&, const Deadline&) = default;
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual Millis now() const = 0;       // UTC, since the Unix epoch; may jump
    virtual Millis monotonic() const = 0; // since an arbitrary start; never goes back
    // Resumes on the caller's executor. Errors: canceled.
    virtual AsyncResult<void> sleep_until(Deadline by) = 0;

    Deadline after(Millis length) const { return {monotonic() + length}; }
};

} // namespace harvest
