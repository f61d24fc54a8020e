// loadtest scenarios, loadtest lint: what there is, and what a scenario needs.
#include "cli/handlers.hpp"
#include "cli/loadtest/commands/target.hpp"
#include "cli/loadtest/scenario_file.hpp"
#include "cli/settings.hpp"

#include <fmt/format.h>

namespace harvest::cli {
namespace {

struct ScenarioItem {
    std::string name, path;
    std::int64_t bots{};
    double duration_seconds{};
    std::string mode;
};
BOOST_DESCRIBE_STRUCT(ScenarioItem, (), (name, path, bots, duration_seconds, mode))

struct LintReport {
    std::string name;
    std::int64_t bots{}, descriptors{}, memory_bytes{};
    std::vector<std::string> thresholds;
};
BOOST_DESCRIBE_STRUCT(LintReport, (), (name, bots, descriptors, memory_bytes, thresholds))

// A bot holds a REST connection, a link to the lobby and one to its match.
constexpr std::int64_t descriptors_per_bot = 3, memory_per_bot = 120 * 1024, base_memory = 32 << 20;

} // namespace

Answer loadtest_scenarios(Invocation&)
{
    Document document;
    document.kind = "ScenarioList";
    document.list = true;
    document.name_key = "name";
    document.columns = {{"NAME", "name"},
                        {"BOTS", "bots", Form::number},
                        {"SECONDS", "duration_seconds", Form::number},
                        {"MODE", "mode"},
                        {"PATH", "path", Form::text, true}};
    for (const loadtest::ScenarioFile& file : loadtest::list_scenarios(scenario_directories())) {
        const loadtest::LoadedScenario loaded = loadtest::load_scenario(file.path, {}, {});
        const double seconds = static_cast<double>(loaded.scenario.duration.count()) / 1000;
        document.items.push_back(
            to_object(ScenarioItem{file.name, file.path, loaded.scenario.bots, seconds, loaded.scenario.mode}));
    }
    return document;
}

Answer loadtest_lint(Invocation& invocation)
{
    const std::string name = invocation.argument(0);
    const loadtest::LoadedScenario loaded = loadtest::load_scenario(name, scenario_directories(), {});
    if (loaded.path.empty()) return no_such_scenario(name);
    if (!loaded.loaded.ok()) return config_failure(loaded.loaded);
    const loadtest::Scenario& scenario = loaded.scenario;
    const LintReport report{scenario.name, scenario.bots, scenario.bots * descriptors_per_bot,
                            base_memory + scenario.bots * memory_per_bot, scenario.thresholds};
    Document document;
    document.kind = "ScenarioLint";
    document.object = to_object(report);
    document.text = fmt::format("ok: {}   {} bots need about {} descriptors and {} MiB\n", loaded.path, report.bots,
                                report.descriptors, report.memory_bytes >> 20);
    return document;
}

} // namespace harvest::cli
