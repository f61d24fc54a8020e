// The weather of each UTC hour: a function of the world's seed, the same for everybody (harvest-game(7) §2).
#pragma once

#include "common/base/time.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>

namespace harvest::game::farm {

enum class Weather : std::uint8_t { sun, rain, frost, drought };
BOOST_DESCRIBE_ENUM(Weather, sun, rain, frost, drought)

inline constexpr Millis hour{3'600'000};

// How often each weather comes, as weights.
struct Climate {
    std::uint64_t seed{1};
    std::int64_t sun{50}, rain{25}, frost{10}, drought{15};
};

// A well-mixed 64-bit word from two (SplitMix64, Steele, Lea and Flood 2014): chance that needs no state.
std::uint64_t mixed(std::uint64_t seed, std::uint64_t index);

// The hour since the epoch that holds `at`, also before the epoch.
std::int64_t hour_of(Millis at);
Weather weather_of(const Climate& climate, std::int64_t hour_number);

} // namespace harvest::game::farm
