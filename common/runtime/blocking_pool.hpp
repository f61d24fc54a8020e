// Threads for calls that block (password hashing, drivers), behind a bounded queue.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace harvest {

class BlockingPool {
public:
    BlockingPool(std::size_t threads, std::size_t queue_capacity, const Clock& clock);
    ~BlockingPool(); // runs out what has begun; what waits ends with canceled

    // Runs `job` on a thread of the pool and resumes on the caller's executor.
    // Errors: resource_exhausted (queue full), timed_out (not begun by the deadline), canceled, internal (it threw).
    AsyncResult<void> run(std::function<void()> job, Deadline by);

    template <class T>
    AsyncResult<T> compute(std::function<Result<T>()> job, Deadline by)
    {
        std::optional<Result<T>> outcome;
        auto fill = [&outcome, &job] { outcome.emplace(job()); };
        std::function<void()> step = std::ref(fill);
        const Result<void> ran = co_await run(std::move(step), by);
        if (!ran) co_return ran.error();
        co_return std::move(*outcome);
    }

    std::size_t waiting() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace harvest
