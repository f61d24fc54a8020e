// Settings of the metrics daemon.
#pragma once

#include "common/config/section.hpp"

namespace harvest::metrics {

struct Config {
    std::int64_t batch{128};  // events in one transaction
    std::int64_t page{2'048}; // events of one reading of the past
    Millis poll{1s};          // looks for a rebuild that was ordered
    Millis store_timeout{5s};
    std::int64_t tries{5};

    void describe(config::Section& section);
};

} // namespace harvest::metrics
