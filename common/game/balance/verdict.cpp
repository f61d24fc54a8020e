#include "common/game/balance/verdict.hpp"

#include "common/game/balance/wilson.hpp"

namespace harvest::game::balance {

namespace {

constexpr double seat_low = 0.47, seat_high = 0.53, starter_high = 0.56;

Verdict judge_one(const Count& count, double low, double high)
{
    const Interval interval = wilson_95(count.wins, count.games);
    if (interval.high < low || interval.low > high) return Verdict::unbalanced;
    return interval.low >= low && interval.high <= high ? Verdict::balanced : Verdict::undecided;
}

} // namespace

Verdict judge(const Tally& tally)
{
    bool sure = true, broken = false;
    const auto take = [&](const Count& count, double low, double high) {
        const Verdict one = judge_one(count, low, high);
        sure = sure && one == Verdict::balanced;
        broken = broken || one == Verdict::unbalanced;
    };
    for (const Count& seat : tally.order) take(seat, seat_low, seat_high);
    for (const Count& starter : tally.starters)
        if (starter.games > 0) take(starter, 0, starter_high);
    if (broken) return Verdict::unbalanced;
    return sure ? Verdict::balanced : Verdict::undecided;
}

} // namespace harvest::game::balance
