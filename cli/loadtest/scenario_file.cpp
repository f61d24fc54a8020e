#include "cli/loadtest/scenario_file.hpp"

#include "cli/loadtest/thresholds.hpp"

#include <algorithm>
#include <filesystem>

namespace harvest::loadtest {

namespace fs = std::filesystem;

std::vector<ScenarioFile> list_scenarios(const std::vector<std::string>& directories)
{
    std::vector<ScenarioFile> found;
    for (const std::string& directory : directories) {
        std::error_code ignored;
        for (const fs::directory_entry& entry : fs::directory_iterator(directory, ignored)) {
            if (entry.path().extension() != ".yaml") continue;
            const std::string name = entry.path().stem().string();
            const bool known =
                std::any_of(found.begin(), found.end(), [&](const auto& each) { return each.name == name; });
            if (!known) found.push_back({name, entry.path().string()});
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return found;
}

LoadedScenario load_scenario(const std::string& name_or_path, const std::vector<std::string>& directories,
                             std::vector<std::pair<std::string, std::string>> settings)
{
    LoadedScenario result;
    for (const ScenarioFile& file : list_scenarios(directories))
        if (file.name == name_or_path) result.path = file.path;
    if (result.path.empty() && fs::exists(name_or_path)) result.path = name_or_path;
    if (result.path.empty()) return result;

    std::vector<config::Field> fields;
    config::Section section(fields);
    result.scenario.describe(section);
    config::Sources sources;
    sources.path = result.path;
    sources.flags = std::move(settings);
    result.loaded = config::load(fields, sources);
    for (const std::string& threshold : result.scenario.thresholds) {
        if (parse_threshold(threshold)) continue;
        config::Fault fault;
        fault.file = result.path;
        fault.code = "bad_value";
        fault.key = "thresholds";
        fault.reason = "cannot read '" + threshold + "': METRIC: AGGREGATE OP VALUE, like 'errors: rate < 1%'";
        result.loaded.faults.push_back(std::move(fault));
    }
    return result;
}

} // namespace harvest::loadtest
