// What players own in the simulated world.
#pragma once

#include "tests/support/world.hpp"

namespace harvest::test {

Task<std::int64_t> held(World& world, PlayerId player, std::string asset);
void give(World& world, const Player& player, const std::string& asset, std::int64_t amount);
bool sound(World& world); // its ledger

} // namespace harvest::test
