#include "common/runtime/blocking_pool.hpp"

#include "common/base/log.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace harvest {
namespace {

using as_tuple_awaitable = asio::as_tuple_t<asio::use_awaitable_t<>>;
using Done = std::function<void(Error)>;

struct Job {
    std::function<void()> work;
    Deadline by;
    Done done;
};

// A job that fails takes nobody with it.
Error carry_out(const Job& job)
{
    try {
        job.work();
        return {};
    }
    catch (const std::exception& failure) {
        log::error("a job on a thread of its own ended by an exception", {{"error.message", failure.what()}});
        return make_error_code(Errc::internal);
    }
}

} // namespace

struct BlockingPool::State {
    State(std::size_t capacity, const Clock& clock_port) : queue_capacity(capacity), clock(clock_port) {}

    std::size_t queue_capacity;
    const Clock& clock;
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> queue;
    bool closing = false;
    std::vector<std::thread> threads;

    bool push(Job&& job)
    {
        const std::lock_guard lock(mutex);
        if (closing || queue.size() >= queue_capacity) return false;
        queue.push_back(std::move(job));
        changed.notify_one();
        return true;
    }

    void work()
    {
        for (;;) {
            std::unique_lock lock(mutex);
            changed.wait(lock, [this] { return closing || !queue.empty(); });
            if (queue.empty()) return;
            Job job = std::move(queue.front());
            queue.pop_front();
            const bool give_up = closing;
            lock.unlock();
            if (give_up) {
                job.done(make_error_code(Errc::canceled));
            } else if (clock.monotonic() > job.by.at) {
                job.done(make_error_code(Errc::timed_out));
            } else {
                job.done(carry_out(job));
            }
        }
    }
};

BlockingPool::BlockingPool(std::size_t threads, std::size_t queue_capacity, const Clock& clock)
    : state_(std::make_unique<State>(queue_capacity, clock))
{
    for (std::size_t i = 0; i < threads; ++i) state_->threads.emplace_back([this] { state_->work(); });
}

BlockingPool::~BlockingPool()
{
    {
        const std::lock_guard lock(state_->mutex);
        state_->closing = true;
    }
    state_->changed.notify_all();
    for (std::thread& thread : state_->threads) thread.join();
}

AsyncResult<void> BlockingPool::run(std::function<void()> job, Deadline by)
{
    const as_tuple_awaitable token;
    auto initiate = [this](auto handler, std::function<void()> work, Deadline until) {
        auto executor = asio::get_associated_executor(handler);
        // The guard keeps the caller's loop alive until the answer has been posted to it.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        auto guard = std::make_shared<asio::executor_work_guard<decltype(executor)>>(executor);
        Done done = [shared, guard](Error error) {
            auto executor_of_caller = guard->get_executor();
            asio::post(executor_of_caller, [shared, guard, error] { std::move (*shared)(error); });
        };
        Job item{std::move(work), until, done};
        if (!state_->push(std::move(item))) done(make_error_code(Errc::resource_exhausted));
    };
    const auto [error] =
        co_await asio::async_initiate<const as_tuple_awaitable&, void(Error)>(initiate, token, std::move(job), by);
    if (error) co_return error;
    co_return Result<void>{};
}

std::size_t BlockingPool::waiting() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->queue.size();
}

} // namespace harvest
