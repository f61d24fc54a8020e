#include "common/runtime/signal.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace harvest {

struct Signal::State {
    explicit State(Executor executor) : timer(std::move(executor), asio::steady_timer::time_point::max()) {}
    asio::steady_timer timer;
    bool rung = false;
};

Signal::Signal(Executor executor) : state_(std::make_unique<State>(std::move(executor))) {}

Signal::~Signal() = default;

void Signal::ring()
{
    state_->rung = true;
    state_->timer.cancel();
}

AsyncResult<void> Signal::wait()
{
    while (!state_->rung) {
        boost::system::error_code ignored;
        co_await state_->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none) co_return Errc::canceled;
    }
    state_->rung = false;
    co_return Result<void>{};
}

} // namespace harvest
