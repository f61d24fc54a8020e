// Whether a tally is that of a fair game: each seat wins 47 to 53 %, no starter deck more than 56 %, each with its
// whole 95 % interval.
#pragma once

#include "common/game/balance/trial.hpp"

namespace harvest::game::balance {

// `undecided`: an interval reaches over a limit without lying beyond it; more games would tell.
BOOST_DEFINE_ENUM_CLASS(Verdict, balanced, unbalanced, undecided)

Verdict judge(const Tally& tally);

} // namespace harvest::game::balance
