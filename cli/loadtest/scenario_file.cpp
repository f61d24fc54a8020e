#include "cli/loadtest/scenario_file.hpp"

#include "cli/loadtest/thresholds.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace harvest::loadtest {

namespace fs = std::filesystem;

namespace {

// A fault of a value that can be read: where it stands, if it comes from a file ("smoke.yaml:16:14").
config::Fault fault_of(const config::Loaded& loaded, const std::string& key, std::string reason)
{
    config::Fault fault;
    fault.code = "bad_value";
    fault.key = key;
    fault.reason = std::move(reason);
    const auto layers = loaded.layers.find(key);
    if (layers == loaded.layers.end() || layers->second.back().kind != "file") return fault;
    const std::string& where = layers->second.back().where;
    const auto column = where.rfind(':'), line = where.rfind(':', column - 1);
    fault.file = where.substr(0, line);
    fault.line = std::atoi(where.c_str() + line + 1);
    fault.column = std::atoi(where.c_str() + column + 1);
    return fault;
}

} // namespace

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
    if (!make_plan(result.scenario))
        result.loaded.faults.push_back(
            fault_of(result.loaded, "life.playing", "every weight is 0: the bots would do nothing"));
    for (const std::string& threshold : result.scenario.thresholds)
        if (!parse_threshold(threshold))
            result.loaded.faults.push_back(
                fault_of(result.loaded, "thresholds",
                         "cannot read '" + threshold + "': METRIC: AGGREGATE OP VALUE, like 'errors: rate < 1%'"));
    return result;
}

} // namespace harvest::loadtest
