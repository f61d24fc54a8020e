// Finds and reads scenarios: a name of config/loadtest or a file.
#pragma once

#include "cli/loadtest/scenario.hpp"
#include "common/config/loader.hpp"

#include <string>
#include <utility>
#include <vector>

namespace harvest::loadtest {

struct ScenarioFile {
    std::string name, path;
};

// Those that come along, by name, in `directories` (the first that has a name wins).
std::vector<ScenarioFile> list_scenarios(const std::vector<std::string>& directories);

struct LoadedScenario {
    Scenario scenario;
    config::Loaded loaded; // its faults name file, line and column
    std::string path;      // empty: nothing of that name was found
};

// `settings` are "key=value" with the flag that gave them, and win over the file.
LoadedScenario load_scenario(const std::string& name_or_path, const std::vector<std::string>& directories,
                             std::vector<std::pair<std::string, std::string>> settings);

} // namespace harvest::loadtest
