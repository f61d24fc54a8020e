#include "common/adapters/web/alarm.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace harvest::web {

void Alarm::ring()
{
    rung_ = true;
    timer_.cancel();
}

Task<Alarm::Woken> Alarm::wait(const Clock& clock, Deadline by)
{
    if (std::exchange(rung_, false)) co_return Woken::rung;
    constexpr Millis longest{24 * 3600 * 1000}; // a deadline of "never" must not overflow the timer
    const Millis left = std::clamp(by.at - clock.monotonic(), Millis{0}, longest);
    boost::system::error_code error;
    timer_.expires_after(left);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (std::exchange(rung_, false)) co_return Woken::rung;
    co_return error ? Woken::canceled : Woken::timed_out;
}

} // namespace harvest::web
