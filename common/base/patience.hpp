// How long a link that sends what it should not is borne: it loses patience with each bad message, and time gives it
// back.
#pragma once

#include "common/base/time.hpp"

#include <algorithm>
#include <cstdint>

namespace harvest {

class Patience {
public:
    // What one costs: a message that no client of ours sends, or one of many (16) that came too often.
    enum class Fault : std::int64_t { bad_message = 16, too_often = 1 };
    struct Rule {
        std::int64_t bad_messages{}; // that use it up
        Millis forgive_every{};      // gives one of them back
    };

    // `now` is monotonic. True if it is used up: the link is to be closed.
    bool lose(Fault fault, Millis now, const Rule& rule)
    {
        constexpr auto whole = static_cast<std::int64_t>(Fault::bad_message);
        if (lost_ == 0) forgiven_at_ = now;
        const std::int64_t forgiven = (now - forgiven_at_) / rule.forgive_every;
        lost_ = std::max<std::int64_t>(0, lost_ - forgiven * whole) + static_cast<std::int64_t>(fault);
        forgiven_at_ += forgiven * rule.forgive_every;
        return lost_ >= rule.bad_messages * whole;
    }

private:
    std::int64_t lost_{}; // in sixteenths of a bad message
    Millis forgiven_at_{};
};

} // namespace harvest
