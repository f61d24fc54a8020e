// Wilson's score interval of a proportion at 95 %. Source: E. B. Wilson (1927), Probable inference, the law of
// succession, and statistical inference, Journal of the American Statistical Association 22, 209-212.
#pragma once

#include <cstdint>

namespace harvest::game::balance {

struct Interval {
    double low{}, high{1}; // nothing tried, nothing known
};

// `wins` of `games`, 0 <= wins <= games.
Interval wilson_95(std::int64_t wins, std::int64_t games);

} // namespace harvest::game::balance
