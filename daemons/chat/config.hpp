// Settings of the chat daemon.
#pragma once

#include "common/config/section.hpp"

namespace harvest::chat {

struct Config {
    std::vector<std::string> rooms{"lobby", "help", "trade"};
    std::vector<std::string> filter;
    std::int64_t max_characters{500};
    std::int64_t flood_burst{5};
    Millis flood_interval{1s};
    Millis store_timeout{3s};
    std::int64_t tries{20};

    void describe(config::Section& section);
};

} // namespace harvest::chat
