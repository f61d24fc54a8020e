// Leagues for tests: three, the highest for two places of the board; seasons of a day from 2027-01-01.
#pragma once

#include "common/game/rating/leagues.hpp"

namespace harvest::test {

inline game::rating::Ladder small_leagues()
{
    std::vector<game::rating::League> leagues;
    leagues.push_back({"low", "Low", 0, 0, {}});
    leagues.push_back({"high", "High", 1'600'000, 0, {{"coin", 20}, {"stardust", 3}}});
    leagues.push_back({"best", "Best", 1'700'000, 2, {{"coin", 50}}});
    return game::rating::Ladder::finish("test", Millis{1'798'761'600'000}, std::chrono::hours{24}, std::move(leagues));
}

} // namespace harvest::test
