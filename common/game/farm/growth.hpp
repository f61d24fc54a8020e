// How a crop grows: a pure function of plot, weather and time, so that nothing runs while nobody looks
// (harvest-game(7) §2). Growth is counted in half-milliseconds of fair weather: 2 a millisecond, 1 in frost.
#pragma once

#include "common/game/farm/content.hpp"
#include "common/game/farm/plot.hpp"

#include <boost/describe/enum.hpp>

namespace harvest::game::farm {

enum class Stage : std::uint8_t { empty, growing, ripe, withered };
BOOST_DESCRIBE_ENUM(Stage, empty, growing, ripe, withered)

// The growth that makes the crop ripe; compost saves a part of it.
std::int64_t growth_needed(const Content& content, const Crop& crop, bool composted);
// What has grown from `from` to `to`, zero if `to` is not later. Takes a step an hour: ask for weeks, not for ages.
std::int64_t growth_between(const Climate& climate, Millis from, Millis to);
// The first moment at which so much has grown.
Millis time_of_growth(const Climate& climate, Millis from, std::int64_t growth);

struct WindowState {
    Millis opens_at{}, closes_at{};
    bool watered{}; // by hand, or by rain up to now
    bool in_drought{};
    bool is_open(Millis now) const { return opens_at <= now && now < closes_at; }
};

struct PlotState {
    Stage stage{};
    Millis ripe_at{}, withers_at{};
    std::int64_t progress{}; // of ten thousand
    std::vector<WindowState> windows;
};

PlotState state_of(const Content& content, const Crop& crop, const Plot& plot, Millis now);

struct Yield {
    std::int64_t units{};
    std::int64_t seeds{}, compost{};
};

// What a harvest at `now` gives; nothing before it is ripe.
Yield yield_of(const Content& content, const Crop& crop, const Plot& plot, Millis now);

} // namespace harvest::game::farm
