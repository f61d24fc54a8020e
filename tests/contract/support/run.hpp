// Runs coroutines on a loop of their own until all have ended; a failed REQUIRE inside one fails the test.
#pragma once

#include "common/ports/task.hpp"
#include "tests/support/catch_result.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace harvest::test {

class Loop {
public:
    Executor executor() { return io_.get_executor(); }
    asio::io_context& io() { return io_; }

    void spawn(std::function<Task<void>()> make)
    {
        auto ended = [this](std::exception_ptr failure) {
            if (failure && !failure_) failure_ = failure;
        };
        asio::co_spawn(io_, hold(std::move(make)), std::move(ended));
    }

    // Until nothing is left to do.
    void run()
    {
        io_.restart();
        io_.run();
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

    // What is ready now, without waiting.
    void poll()
    {
        io_.restart();
        io_.poll();
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

private:
    static Task<void> hold(std::function<Task<void>()> make) { co_await make(); }

    asio::io_context io_;
    std::exception_ptr failure_;
};

// The result of one asynchronous call.
template <class T>
Result<T> get(AsyncResult<T> call)
{
    Loop loop;
    std::optional<Result<T>> outcome;
    auto waiting = std::make_shared<AsyncResult<T>>(std::move(call));
    loop.spawn([&outcome, waiting]() -> Task<void> { outcome.emplace(co_await std::move(*waiting)); });
    loop.run();
    return std::move(*outcome);
}

} // namespace harvest::test
