// Runs a scenario to its end on the caller's thread.
#pragma once

#include "cli/loadtest/report.hpp"

#include <atomic>
#include <functional>

namespace harvest::loadtest {

struct RunHooks {
    std::function<void(const std::string& line)> progress; // each `progress_every`
    Millis progress_every{1s};
    const std::atomic<int>* interrupts = nullptr; // 1: stop and report; 2: leave at once
};

// `run_loop` runs the loop of `executor` until its argument says that the run is over (idle connections may linger).
// Errors: invalid_argument (a bad threshold or level), unavailable (no bot ever got in).
Result<Report> run(const Scenario& scenario, bots::World world, Executor executor,
                   const std::function<void(const std::function<bool()>& over)>& run_loop, RunHooks hooks);

} // namespace harvest::loadtest
