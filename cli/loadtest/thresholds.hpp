// "battle.command: p99 < 50ms", "errors: rate < 1%", "matches: count > 100", "fairness: failures = 0".
#pragma once

#include "common/base/result.hpp"

#include <string>
#include <string_view>

namespace harvest::loadtest {

struct Threshold {
    std::string metric, aggregate, op;
    double limit{}; // milliseconds, percent or a plain number, as the unit says
    std::string unit;
};

// Errors: invalid_argument (also an aggregate that the metric has not; harvest-scenario(5) lists them).
Result<Threshold> parse_threshold(std::string_view text);
bool holds(const Threshold& threshold, double measured);

} // namespace harvest::loadtest
