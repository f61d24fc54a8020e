// Clock on the machine's clocks: the wall clock for now(), CLOCK_MONOTONIC for waits.
#pragma once

#include "common/ports/clock.hpp"

namespace harvest::system {

class SystemClock final : public Clock {
public:
    Millis now() const override;
    Millis monotonic() const override;
    AsyncResult<void> sleep_until(Deadline by) override;
};

} // namespace harvest::system
