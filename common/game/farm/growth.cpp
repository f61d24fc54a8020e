#include "common/game/farm/growth.hpp"

#include <algorithm>

namespace harvest::game::farm {
namespace {

constexpr std::int64_t fair = 2, slow = 1; // growth in a millisecond

std::int64_t pace(const Climate& climate, std::int64_t hour_number)
{
    return weather_of(climate, hour_number) == Weather::frost ? slow : fair;
}

Millis end_of(std::int64_t hour_number)
{
    return (hour_number + 1) * hour;
}

bool rained(const Climate& climate, Millis from, Millis to)
{
    if (from >= to) return false;
    for (std::int64_t each = hour_of(from); each * hour < to; ++each)
        if (weather_of(climate, each) == Weather::rain) return true;
    return false;
}

// A draw from the plot's seed; each kind of question has its own index.
std::int64_t draw(const Plot& plot, std::uint64_t index, std::int64_t below)
{
    return static_cast<std::int64_t>(mixed(plot.seed, index) % static_cast<std::uint64_t>(below));
}

} // namespace

std::int64_t growth_needed(const Content& content, const Crop& crop, bool composted)
{
    const std::int64_t whole = fair * crop.grow.count();
    return composted ? whole - whole * content.rules().compost / 100 : whole;
}

std::int64_t growth_between(const Climate& climate, Millis from, Millis to)
{
    std::int64_t growth = 0;
    for (Millis at = from; at < to;) {
        const std::int64_t each = hour_of(at);
        const Millis until = std::min(end_of(each), to);
        growth += pace(climate, each) * (until - at).count();
        at = until;
    }
    return growth;
}

Millis time_of_growth(const Climate& climate, Millis from, std::int64_t growth)
{
    Millis at = from;
    while (growth > 0) {
        const std::int64_t each = hour_of(at);
        const std::int64_t rate = pace(climate, each);
        const std::int64_t in_hour = rate * (end_of(each) - at).count();
        if (growth <= in_hour) return at + Millis{(growth + rate - 1) / rate};
        growth -= in_hour;
        at = end_of(each);
    }
    return at;
}

PlotState state_of(const Content& content, const Crop& crop, const Plot& plot, Millis now)
{
    const Climate& climate = content.climate();
    const std::int64_t needed = growth_needed(content, crop, plot.composted);
    PlotState state;
    state.ripe_at = time_of_growth(climate, plot.planted_at, needed);
    state.withers_at = state.ripe_at + crop.wither * crop.grow;
    state.stage = now < state.ripe_at ? Stage::growing : now < state.withers_at ? Stage::ripe : Stage::withered;
    const std::int64_t grown =
        now < state.ripe_at ? std::min(needed, growth_between(climate, plot.planted_at, now)) : needed;
    state.progress = grown * 10'000 / needed;
    for (std::size_t i = 0; i < crop.water.size(); ++i) {
        WindowState window;
        window.opens_at = time_of_growth(climate, plot.planted_at, needed * crop.water[i].from / 100);
        window.closes_at = time_of_growth(climate, plot.planted_at, needed * crop.water[i].to / 100);
        window.watered =
            (plot.watered >> i & 1U) != 0 || rained(climate, window.opens_at, std::min(window.closes_at, now));
        window.in_drought = weather_of(climate, hour_of(window.opens_at)) == Weather::drought;
        state.windows.push_back(window);
    }
    return state;
}

Yield yield_of(const Content& content, const Crop& crop, const Plot& plot, Millis now)
{
    const Rules& rules = content.rules();
    const PlotState state = state_of(content, crop, plot, now);
    Yield yield;
    if (state.stage == Stage::growing) return yield;
    std::int64_t percent = 100;
    for (const WindowState& window : state.windows) {
        if (window.watered)
            percent += rules.watered;
        else
            percent -= window.in_drought ? rules.missed_drought : rules.missed;
    }
    const std::int64_t drawn = crop.yield_least + draw(plot, 0, crop.yield_most - crop.yield_least + 1);
    yield.units = std::max<std::int64_t>(1, drawn * std::max<std::int64_t>(0, percent) / 100);
    if (state.stage == Stage::withered)
        yield.units -= yield.units * rules.withered / 100; // what is lost is rounded down
    yield.seeds = draw(plot, 1, 100) < crop.seed_chance ? 1 : 0;
    yield.compost = draw(plot, 2, 100) < crop.compost_chance ? 1 : 0;
    return yield;
}

} // namespace harvest::game::farm
