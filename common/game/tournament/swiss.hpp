// Swiss pairing: equal points meet, nobody meets the same one again while that can be avoided, and with an odd number
// the lowest without a bye so far gets one (after FIDE Handbook C.04.1; within equal points by chance, as MTR §10.4).
#pragma once

#include "common/game/tournament/field.hpp"

namespace harvest::game::tournament {

std::vector<Pairing> pair_swiss(const Field& field);

} // namespace harvest::game::tournament
