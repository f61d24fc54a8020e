// What a client's coroutine waits on: it wakes when rung, when its deadline passes, or when it is cancelled.
#pragma once

#include "common/ports/clock.hpp"

#include <boost/asio/steady_timer.hpp>

namespace harvest::web {

class Alarm {
public:
    enum class Woken { rung, timed_out, canceled };

    explicit Alarm(const Executor& executor) : timer_(executor) {}
    // A ring nobody waits for is kept, once.
    void ring();
    Task<Woken> wait(const Clock& clock, Deadline by); // one waiter at a time

private:
    asio::steady_timer timer_;
    bool rung_{};
};

} // namespace harvest::web
