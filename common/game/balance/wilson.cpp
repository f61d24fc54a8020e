#include "common/game/balance/wilson.hpp"

#include <algorithm>
#include <cmath>

namespace harvest::game::balance {

Interval wilson_95(std::int64_t wins, std::int64_t games)
{
    if (games <= 0) return {};
    constexpr double z = 1.959963984540054; // the normal distribution's 97.5th percentile
    const double n = static_cast<double>(games);
    const double p = static_cast<double>(wins) / n;
    const double scale = 1 + z * z / n;
    const double middle = (p + z * z / (2 * n)) / scale;
    const double reach = z / scale * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return {std::max(0.0, middle - reach), std::min(1.0, middle + reach)};
}

} // namespace harvest::game::balance
