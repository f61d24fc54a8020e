// Single elimination: who loses is out. The best rated meet last, and they have the byes where the bracket is not full.
#pragma once

#include "common/game/tournament/field.hpp"

namespace harvest::game::tournament {

std::vector<Pairing> pair_bracket(const Field& field);

// Those who have not lost and not dropped.
std::size_t survivors(const Field& field);

// Best rated first; equals by id.
std::vector<PlayerId> seeds_of(const Field& field);

} // namespace harvest::game::tournament
