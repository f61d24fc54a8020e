#include "common/adapters/process/child_allocator.hpp"

#include <algorithm>

namespace harvest::process {
namespace {

constexpr Millis ask_again{100};

} // namespace

ChildAllocator::ChildAllocator(std::unique_ptr<Allocator> placing, ChildInstances& children, Clock& clock)
    : placing_(std::move(placing)),
      children_(children),
      clock_(clock)
{
}

AsyncResult<Allocation> ChildAllocator::allocate(MatchId match, Deadline by)
{
    for (bool waited = false;;) {
        Result<Allocation> given = co_await placing_->allocate(match, by);
        if (given) {
            children_.hold(given->instance);
            co_return given;
        }
        if (given.error() != Errc::unavailable) co_return given;
        // Nothing more is under way: what was may have come since we asked, so once more after a wait.
        const bool more = children_.want_more();
        if (!more && !waited) co_return given;
        waited = more;
        // Without a place by the deadline it is as it was: no capacity.
        if (clock_.monotonic() + ask_again >= by.at) co_return given;
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(ask_again));
        if (!slept) co_return slept.error();
    }
}

} // namespace harvest::process
