// Settings of the match daemon: modes, how the search widens, bots, placing.
#pragma once

#include "common/config/section.hpp"

namespace harvest::match {

struct Config {
    std::vector<std::string> modes{"ranked", "casual"};
    std::vector<std::string> bot_modes{"casual"};
    std::string bot{"greedy"};
    Millis bot_after{10s};
    std::int64_t bot_accounts{200};
    Millis cycle{250ms};
    std::int64_t window{100}, window_growth{40}, window_max{1'000}, rematch_penalty{150};
    bool watching{true};
    std::vector<std::string> judges;
    std::int64_t walkouts{3};
    Millis walkout_delay{30s}, walkout_delay_max{10min};
    std::vector<std::string> regions{"eu", "us", "asia"};
    std::int64_t max_tickets{100'000}, max_parties{10'000};
    Millis party_idle{30min}, party_away{30s};
    Millis rematch_within{60s};
    std::int64_t max_forming{256};
    Millis store_timeout{3s}, allocate_timeout{3s}, place_within{30s};
    Millis reconcile_every{10s};

    void describe(config::Section& section);
};

} // namespace harvest::match
