// A circuit breaker (Nygard, Release It!): after failures in a row calls are refused at once; then one probe at a time
// is let through, after a wait that doubles, until one succeeds. Pure; times are of Clock::monotonic().
#pragma once

#include "common/base/time.hpp"

namespace harvest::web {

struct BreakerConfig {
    int failures{5}; // in a row, that open it
    Millis first_wait{500}, longest_wait{30'000};
};

class Breaker {
public:
    enum class State { closed, open, half_open };

    explicit Breaker(BreakerConfig config) : config_(config) {}

    // May a call go? Each that may is followed by one of the three below.
    bool begin(Millis now);
    void succeeded();
    void failed(Millis now);
    void abandoned(); // nothing was learned

    bool would_begin(Millis now) const;
    State state() const { return state_; }

private:
    BreakerConfig config_;
    State state_{State::closed};
    int failures_{};
    bool probing_{};
    Millis wait_{}, until_{};
};

} // namespace harvest::web
