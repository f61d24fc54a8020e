// Wakes a waiting coroutine of the same thread: the bell of a mailbox. A ring nobody waits for is kept, once.
#pragma once

#include "common/ports/task.hpp"

#include <memory>

namespace harvest {

class Signal {
public:
    explicit Signal(Executor executor);
    ~Signal();
    void ring();
    // Errors: canceled (the waiting task was cancelled). One waiter at a time.
    AsyncResult<void> wait();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace harvest
