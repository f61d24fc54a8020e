// A value handed over once from any thread to the coroutine that waits for it, which resumes on its own executor.
#pragma once

#include "common/ports/task.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace harvest {

// A door that opens once, from any thread. One waiter; it keeps its executor busy while it waits.
class Gate {
public:
    Gate();
    ~Gate();
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    void open();
    // Errors: canceled (the waiting task was cancelled before the gate was open).
    AsyncResult<void> wait();

    struct State;

private:
    std::shared_ptr<State> state_;
};

// Share it between the two sides by std::shared_ptr: either may be gone first.
template <class T>
class OneShot {
public:
    // Any thread. Only the first outcome counts; false if there was one.
    bool complete(Result<T> outcome)
    {
        {
            const std::lock_guard lock(mutex_);
            if (outcome_) return false;
            outcome_.emplace(std::move(outcome));
        }
        gate_.open();
        return true;
    }

    bool completed() const
    {
        const std::lock_guard lock(mutex_);
        return outcome_.has_value();
    }

    // Call at most once. Errors: those of the outcome, canceled.
    static AsyncResult<T> wait(std::shared_ptr<OneShot> shot)
    {
        const Result<void> opened = co_await shot->gate_.wait();
        if (!opened) shot->complete(opened.error());
        const std::lock_guard lock(shot->mutex_);
        co_return std::move(*shot->outcome_);
    }

private:
    mutable std::mutex mutex_;
    std::optional<Result<T>> outcome_;
    Gate gate_;
};

} // namespace harvest
