// What is kept of a farm. Everything else about it is a function of this, the content and the time.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace harvest::game::farm {

// A plot with a crop in it.
struct Plot {
    std::int64_t number{}; // from 1
    std::string crop;
    Millis planted_at{};
    std::uint64_t seed{}; // of its yield; nobody is told
    bool composted{};
    std::uint64_t watered{}; // bit i: window i was watered by hand

    friend bool operator==(const Plot&, const Plot&) = default;
};

struct Farm {
    std::int64_t size{};     // plots that there are
    std::vector<Plot> plots; // those with a crop, in order of number

    Plot* find(std::int64_t number)
    {
        for (Plot& plot : plots)
            if (plot.number == number) return &plot;
        return nullptr;
    }
    friend bool operator==(const Farm&, const Farm&) = default;
};

} // namespace harvest::game::farm
