// Clock that stands still until it is told: for tests and simulation. For any thread; sleepers wake in the order of
// their deadlines, each on its own executor.
#pragma once

#include "common/ports/clock.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace harvest {

template <class T>
class OneShot;

namespace memory {

class ManualClock final : public Clock {
public:
    explicit ManualClock(Millis now = std::chrono::hours{24 * 365 * 50}, Millis monotonic = std::chrono::hours{1});
    ~ManualClock() override;

    Millis now() const override;
    Millis monotonic() const override;
    AsyncResult<void> sleep_until(Deadline by) override;

    // Both clocks go on, stopping at each deadline on the way so that its sleeper is posted before the next one.
    void advance(Millis length);
    // Goes on to the earliest deadline; false if nobody sleeps.
    bool advance_to_next();
    // The wall clock alone, either way.
    void jump_wall(Millis by);
    std::optional<Millis> next_deadline() const;
    std::size_t sleepers() const;

private:
    void wake_until(Millis target);

    mutable std::mutex mutex_;
    Millis now_, monotonic_;
    std::multimap<Millis, std::shared_ptr<OneShot<void>>> sleepers_;
};

} // namespace memory
} // namespace harvest
