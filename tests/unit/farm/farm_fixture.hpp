// The repository's farm, and plots of the small one.
#pragma once

#include "common/config/game/farm_loader.hpp"
#include "common/game/farm/actions.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/small_farm.hpp"

#include <stdexcept>

namespace harvest::game::farm::test {

inline const Content& shipped()
{
    static const Content loaded = [] {
        config::LoadedFarm read = config::load_farm("config/game");
        std::string faults;
        for (const config::ContentFault& fault : read.faults) faults += fault.text() + "\n";
        if (!read.content) throw std::runtime_error(faults);
        return std::move(*read.content);
    }();
    return loaded;
}

inline constexpr Millis start{1'800'000'000'000}; // a full hour

inline Plot plot_of(std::uint64_t watered = 0, bool composted = false)
{
    return {1, "beet", start, 5, composted, watered};
}

} // namespace harvest::game::farm::test
