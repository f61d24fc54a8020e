// A farm with one crop, under a weather that never changes: 100 s to grow, two windows of 20 s, a yield of 100.
#pragma once

#include "common/game/farm/content.hpp"

#include <memory>

namespace harvest::test {

inline game::farm::Climate always(game::farm::Weather weather)
{
    using game::farm::Weather;
    game::farm::Climate climate{7, 0, 0, 0, 0};
    (weather == Weather::sun     ? climate.sun
     : weather == Weather::rain  ? climate.rain
     : weather == Weather::frost ? climate.frost
                                 : climate.drought) = 1;
    return climate;
}

inline game::farm::Crop beet()
{
    return {"beet", "Beet", 3, 100s, {{20, 40}, {60, 80}}, 100, 100, 2, 0, 0};
}

inline game::farm::Content small_farm(game::farm::Weather weather = game::farm::Weather::sun,
                                      game::farm::Crop crop = beet(), game::farm::Rules rules = {})
{
    return game::farm::Content::finish("test", rules, always(weather), {std::move(crop)});
}

} // namespace harvest::test
