#include "common/adapters/system/system_clock.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace harvest::system {

Millis SystemClock::now() const
{
    return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
}

Millis SystemClock::monotonic() const
{
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
}

AsyncResult<void> SystemClock::sleep_until(Deadline by)
{
    // Beyond a century a time point would overflow; monotonic() rounds down, so a timer set to `by` is never early.
    constexpr Millis farthest = std::chrono::hours{24 * 365 * 100};
    const asio::steady_timer::time_point until{std::min(by.at, monotonic() + farthest)};
    asio::steady_timer timer(co_await asio::this_coro::executor, until);
    boost::system::error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Errc::canceled;
    co_return Result<void>{};
}

} // namespace harvest::system
