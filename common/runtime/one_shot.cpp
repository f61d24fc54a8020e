#include "common/runtime/one_shot.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>

namespace harvest {

struct Gate::State {
    std::mutex mutex;
    bool opened = false;
    std::function<void(Result<void>)> resume; // posts to the waiter; called once, outside the lock

    void finish(Result<void> outcome)
    {
        std::function<void(Result<void>)> wake;
        {
            const std::lock_guard lock(mutex);
            if (outcome) opened = true;
            std::swap(wake, resume);
        }
        if (wake) wake(outcome);
    }
};

namespace {

// Makes the function that posts `handler` to its executor, which is kept from running out of work until then.
template <class Handler>
std::function<void(Result<void>)> poster(Handler handler)
{
    auto guard = asio::make_work_guard(handler);
    auto shared = std::make_shared<Handler>(std::move(handler));
    auto kept = std::make_shared<decltype(guard)>(std::move(guard));
    return [shared = std::move(shared), kept = std::move(kept)](Result<void> outcome) {
        asio::post(kept->get_executor(), [shared, kept, outcome] {
            // The slot belongs to this executor: it is let go here, never on the thread that opened the gate.
            auto slot = asio::get_associated_cancellation_slot(*shared);
            if (slot.is_connected()) slot.clear();
            Handler taken = std::move(*shared);
            std::move(taken)(outcome);
        });
    };
}

} // namespace

Gate::Gate() : state_(std::make_shared<State>()) {}

Gate::~Gate() = default;

void Gate::open()
{
    state_->finish(Result<void>{});
}

AsyncResult<void> Gate::wait()
{
    const std::shared_ptr<State> state = state_;
    auto initiate = [](auto handler, const std::shared_ptr<State>& gate) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected())
            slot.assign([weak = std::weak_ptr<State>(gate)](asio::cancellation_type) {
                if (const auto locked = weak.lock()) locked->finish(make_error_code(Errc::canceled));
            });
        std::function<void(Result<void>)> resume = poster(std::move(handler));
        {
            const std::lock_guard lock(gate->mutex);
            if (!gate->opened) std::swap(gate->resume, resume);
        }
        if (resume) resume(Result<void>{}); // it was open already
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<void>)>(
        initiate, asio::use_awaitable, state);
}

} // namespace harvest
