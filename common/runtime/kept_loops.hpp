// How often a loop of TaskGroup::keep() had to begin anew in this process: for /metrics, and tests that want none.
#pragma once

#include <cstdint>

namespace harvest {

std::uint64_t loops_begun_anew(); // for any thread

} // namespace harvest
