// Event sourcing as an invariant: what the events say that each player holds is what the store has.
#pragma once

#include "tests/support/world.hpp"

namespace harvest::test {

// One line for each holding that the events do not explain. What a test itself gave (reasons "test" and "starter" of
// the world) has no events and is taken as given.
std::vector<std::string> unexplained(World& world);

} // namespace harvest::test
