#include "common/adapters/sql/event_keeping.hpp"

#include "common/base/log.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <utility>

namespace harvest::sql {
namespace {

constexpr Millis keeping_every = 1h, forget_within = 5s;
constexpr std::size_t forgotten_at_once = 250; // of a partition

} // namespace

EventKeeping::EventKeeping(Forget forget, Executor executor, Clock& clock)
    : forget_(std::move(forget)),
      clock_(clock),
      stopping_(std::move(executor))
{
}

void EventKeeping::stop()
{
    stopped_ = true;
    stopping_.ring();
}

AsyncResult<void> EventKeeping::forget_all()
{
    while (!stopped_) {
        const Result<std::int64_t> gone = co_await forget_(forgotten_at_once, clock_.after(forget_within));
        if (!gone) co_return gone.error();
        if (*gone == 0) break;
        forgotten_ += *gone;
    }
    co_return Result<void>{};
}

// A store that is away now is asked again the next time.
Task<void> EventKeeping::run()
{
    using namespace asio::experimental::awaitable_operators;
    ready_ = true;
    while (!stopped_) {
        const Result<void> done = co_await forget_all();
        if (!done && done.error() == Errc::canceled) co_return;
        if (!done) log::warn("old events are left for later", {{"error.code", wire_code(done.error())}});
        if (!stopped_) (void)co_await (stopping_.wait() || clock_.sleep_until(clock_.after(keeping_every)));
    }
}

} // namespace harvest::sql
