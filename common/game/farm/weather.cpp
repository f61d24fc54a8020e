#include "common/game/farm/weather.hpp"

namespace harvest::game::farm {

std::uint64_t mixed(std::uint64_t seed, std::uint64_t index)
{
    std::uint64_t word = seed + (index + 1) * 0x9e3779b97f4a7c15U;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9U;
    word = (word ^ word >> 27) * 0x94d049bb133111ebU;
    return word ^ word >> 31;
}

std::int64_t hour_of(Millis at)
{
    const std::int64_t whole = at.count() / hour.count();
    return at.count() % hour.count() < 0 ? whole - 1 : whole;
}

Weather weather_of(const Climate& climate, std::int64_t hour_number)
{
    const std::int64_t all = climate.sun + climate.rain + climate.frost + climate.drought;
    auto draw = static_cast<std::int64_t>(mixed(climate.seed, static_cast<std::uint64_t>(hour_number)) %
                                          static_cast<std::uint64_t>(all));
    if ((draw -= climate.sun) < 0) return Weather::sun;
    if ((draw -= climate.rain) < 0) return Weather::rain;
    return draw < climate.frost ? Weather::frost : Weather::drought;
}

} // namespace harvest::game::farm
