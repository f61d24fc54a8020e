// What a bot spends its time with. A scenario weighs the pastimes against each other; 0: never.
#pragma once

#include <boost/describe/enum.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace harvest::bots {

enum class Pastime { playing, farming, trading, crafting, decks, friends, talking, looking, watching, resting };
BOOST_DESCRIBE_ENUM(Pastime, playing, farming, trading, crafting, decks, friends, talking, looking, watching, resting)
inline constexpr std::size_t pastime_count = 10;

using Weights = std::array<std::int64_t, pastime_count>; // by Pastime
inline constexpr Weights only_playing{100};

struct PastimeRow {
    Pastime pastime;
    std::string_view name, doc;
    std::span<const std::string_view> kinds; // of action, that every life with this pastime comes to
};

std::span<const PastimeRow> pastime_table(); // in the order of Pastime

} // namespace harvest::bots
