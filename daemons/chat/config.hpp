// Settings of the chat daemon.
#pragma once

#include "common/config/section.hpp"

namespace harvest::chat {

struct Config {
    std::vector<std::string> rooms{"lobby", "help", "trade"};
    // Few, and unmistakable as whole words in any sentence: an innocent word that is masked is worse than one missed.
    std::vector<std::string> filter{"asshole",      "cunt",   "dickhead", "fucker",
                                    "motherfucker", "nigger", "shithead", "wanker"};
    std::int64_t max_characters{500};
    std::int64_t flood_burst{5};
    Millis flood_interval{1s};
    Millis edit_window{15min};
    Millis match_talk{10min};
    Millis reports_kept{180 * 24h};
    Millis store_timeout{3s};
    std::int64_t tries{20};

    void describe(config::Section& section);
};

} // namespace harvest::chat
