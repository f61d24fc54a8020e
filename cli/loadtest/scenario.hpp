// A load test as data (config/loadtest/*.yaml): how many bots, how they play, and what must hold.
#pragma once

#include "cli/bots/population.hpp"
#include "common/config/section.hpp"

#include <string>
#include <vector>

namespace harvest::loadtest {

struct Scenario {
    std::string name{"smoke"};
    std::int64_t seed{42};
    std::int64_t bots{50};
    Millis duration{30s};
    Millis warmup{0};
    Millis join_over{5s};
    std::int64_t enet_percent{50};
    std::string mode{"casual"};
    std::string level{"greedy"};
    Millis think_median{50};
    std::int64_t chat_percent{30};
    std::int64_t cut_percent{2};
    bots::Weights life{bots::only_playing};
    Millis pace{500};
    bool verify{false};
    bool stand_for_people{false};
    std::vector<std::string> thresholds{"errors: rate < 1%", "fairness: failures = 0", "matches: count > 0"};

    void describe(config::Section& section);
};

// What every bot of the scenario does. Errors: invalid_argument (an unknown level, a life of nothing).
Result<bots::PopulationPlan> make_plan(const Scenario& scenario);

} // namespace harvest::loadtest
