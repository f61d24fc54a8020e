#include "common/adapters/memory/manual_clock.hpp"

#include "common/runtime/one_shot.hpp"

#include <algorithm>

namespace harvest::memory {

ManualClock::ManualClock(Millis now, Millis monotonic) : now_(now), monotonic_(monotonic) {}

ManualClock::~ManualClock() = default;

Millis ManualClock::now() const
{
    const std::lock_guard lock(mutex_);
    return now_;
}

Millis ManualClock::monotonic() const
{
    const std::lock_guard lock(mutex_);
    return monotonic_;
}

AsyncResult<void> ManualClock::sleep_until(Deadline by)
{
    const auto shot = std::make_shared<OneShot<void>>();
    {
        const std::lock_guard lock(mutex_);
        if (by.at <= monotonic_)
            shot->complete(Result<void>{}); // still goes through the executor: a wait never returns at once
        else
            sleepers_.emplace(by.at, shot);
    }
    const Result<void> slept = co_await OneShot<void>::wait(shot);
    if (!slept) {
        const std::lock_guard lock(mutex_);
        const auto [first, last] = sleepers_.equal_range(by.at);
        const auto own = std::find_if(first, last, [&shot](const auto& entry) { return entry.second == shot; });
        if (own != last) sleepers_.erase(own);
    }
    co_return slept;
}

void ManualClock::wake_until(Millis target)
{
    for (;;) {
        std::shared_ptr<OneShot<void>> due;
        {
            const std::lock_guard lock(mutex_);
            const auto first = sleepers_.begin();
            const Millis at = first == sleepers_.end() ? target : std::min(first->first, target);
            if (at > monotonic_) {
                now_ += at - monotonic_;
                monotonic_ = at;
            }
            if (first == sleepers_.end() || first->first > monotonic_) return;
            due = first->second;
            sleepers_.erase(first);
        }
        due->complete(Result<void>{});
    }
}

void ManualClock::advance(Millis length)
{
    wake_until(monotonic() + length);
}

bool ManualClock::advance_to_next()
{
    const std::optional<Millis> next = next_deadline();
    if (next) wake_until(*next);
    return next.has_value();
}

void ManualClock::jump_wall(Millis by)
{
    const std::lock_guard lock(mutex_);
    now_ += by;
}

std::optional<Millis> ManualClock::next_deadline() const
{
    const std::lock_guard lock(mutex_);
    if (sleepers_.empty()) return std::nullopt;
    return sleepers_.begin()->first;
}

std::size_t ManualClock::sleepers() const
{
    const std::lock_guard lock(mutex_);
    return sleepers_.size();
}

} // namespace harvest::memory
