#include "common/runtime/task_group.hpp"

#include "common/base/assert.hpp"
#include "common/base/log.hpp"
#include "common/runtime/kept_loops.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <list>
#include <utility>

namespace harvest {

struct TaskGroup::State {
    explicit State(Executor where) : executor(std::move(where)), all_done(executor) {}
    Executor executor;
    std::list<asio::cancellation_signal> running;
    asio::steady_timer all_done;
    bool canceled = false;
};

namespace {

constexpr Millis first_pause{100}, longest_pause{10'000}, settled_after{60'000};

std::atomic<std::uint64_t> begun_anew{0};

std::string message_of(const std::exception_ptr& failure)
{
    try {
        std::rethrow_exception(failure);
    }
    catch (const std::exception& error) {
        return error.what();
    }
}

void report(const std::exception_ptr& failure)
{
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    }
    catch (const boost::system::system_error& error) {
        if (error.code() != asio::error::operation_aborted)
            log::error("a task ended by an exception", {{"error.message", error.what()}});
    }
    catch (const std::exception& error) {
        log::error("a task ended by an exception", {{"error.message", error.what()}});
    }
}

// The function object lives in this frame as long as the coroutine that refers to its captures.
Task<void> hold(std::function<Task<void>()> make)
{
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await make();
}

Task<void> begin_anew(Clock& clock, std::string name, std::function<Task<void>()> loop)
{
    Millis pause = first_pause;
    for (;;) {
        const Millis begun = clock.monotonic();
        std::exception_ptr failure;
        try {
            co_await loop();
        }
        catch (const std::exception&) {
            failure = std::current_exception();
        }
        const auto state = co_await asio::this_coro::cancellation_state;
        if (!failure || state.cancelled() != asio::cancellation_type::none) co_return;
        begun_anew.fetch_add(1, std::memory_order_relaxed);
        log::error("a loop ended by an exception and begins anew",
                   {{"labels.loop", name}, {"error.message", message_of(failure)}});
        if (clock.monotonic() - begun >= settled_after) pause = first_pause;
        const Result<void> slept = co_await clock.sleep_until(clock.after(pause));
        if (!slept) co_return;
        pause = std::min(2 * pause, longest_pause);
    }
}

} // namespace

std::uint64_t loops_begun_anew()
{
    return begun_anew.load(std::memory_order_relaxed);
}

TaskGroup::TaskGroup(Executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

TaskGroup::~TaskGroup()
{
    HARVEST_ASSERT(state_->running.empty());
}

void TaskGroup::spawn(std::function<Task<void>()> make)
{
    if (state_->canceled) return;
    const auto signal = state_->running.emplace(state_->running.end());
    auto ended = [state = state_, signal](std::exception_ptr failure) {
        report(failure);
        state->running.erase(signal);
        if (state->running.empty()) state->all_done.cancel();
    };
    asio::co_spawn(state_->executor, hold(std::move(make)),
                   asio::bind_cancellation_slot(signal->slot(), std::move(ended)));
}

void TaskGroup::keep(Clock& clock, std::string name, std::function<Task<void>()> loop)
{
    spawn([&clock, name = std::move(name), loop = std::move(loop)] { return begin_anew(clock, name, loop); });
}

void TaskGroup::cancel()
{
    state_->canceled = true;
    // A task may end inside emit(), so its signal is looked up anew each time.
    std::size_t count = state_->running.size();
    for (auto it = state_->running.begin(); count-- > 0 && it != state_->running.end();) {
        auto current = it++;
        current->emit(asio::cancellation_type::terminal);
    }
}

Task<void> TaskGroup::join()
{
    const std::shared_ptr<State> state = state_;
    while (!state->running.empty()) {
        state->all_done.expires_at(asio::steady_timer::time_point::max());
        boost::system::error_code ignored;
        co_await state->all_done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none) co_return;
    }
}

std::size_t TaskGroup::size() const
{
    return state_->running.size();
}

} // namespace harvest
