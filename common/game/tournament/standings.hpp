// The table of a tournament. Swiss: points (win and bye 3, draw 1), then Buchholz, the points of all opponents together
// (FIDE Handbook C.07), then the opponents' win rate, none below 33 % (Magic Tournament Rules, appendix C), then the
// seed. Elimination: who goes out in round r of R shares place 2^(R - r) + 1, whether or not anybody is ahead.
#pragma once

#include "common/game/tournament/field.hpp"

namespace harvest::game::tournament {

inline constexpr std::int64_t win_points = 3, draw_points = 1, least_win_rate = 330;

struct Standing {
    PlayerId player;
    int place{}; // from 1
    std::int64_t points{}, wins{}, draws{}, losses{}, byes{};
    std::int64_t buchholz{};
    std::int64_t opponents_win_rate{}; // in thousandths; 0: there were none
    bool dropped{};
    int lost_in{}; // the round of the last loss; 0: none
};

// In order of place.
std::vector<Standing> standings(const Field& field);

} // namespace harvest::game::tournament
