// loadtest run: bots against a running system, and the verdict as exit code.
#include "cli/loadtest/run.hpp"

#include "cli/compose.hpp"
#include "cli/handlers.hpp"
#include "cli/loadtest/commands/target.hpp"
#include "cli/loadtest/commands/verify.hpp"
#include "cli/loadtest/scenario_file.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

namespace harvest::cli {
namespace {

std::atomic<int> interrupts{0};

// The first Ctrl-C stops and reports, the second leaves.
void on_interrupt(int)
{
    if (++interrupts > 1) std::_Exit(130);
}

class InterruptGuard {
public:
    InterruptGuard() { std::signal(SIGINT, on_interrupt); }
    ~InterruptGuard() { std::signal(SIGINT, SIG_DFL); }
};

std::vector<std::pair<std::string, std::string>> settings_of(const Invocation& invocation)
{
    std::vector<std::pair<std::string, std::string>> settings;
    for (const char* flag : {"bots", "duration", "seed"})
        if (const auto value = invocation.value(flag))
            settings.emplace_back(std::string(flag) + "=" + *value, "--" + std::string(flag));
    if (invocation.has("verify")) settings.emplace_back("verify=true", "--verify");
    return settings;
}

// One live line on a terminal, else a plain one each ten seconds.
loadtest::RunHooks hooks_for(bool on_terminal)
{
    loadtest::RunHooks hooks;
    hooks.interrupts = &interrupts;
    hooks.progress_every = on_terminal ? Millis{1s} : Millis{10s};
    hooks.progress = [on_terminal](const std::string& line) {
        std::cerr << (on_terminal ? "\r\x1b[K" : "") << line << (on_terminal ? "" : "\n") << std::flush;
    };
    return hooks;
}

std::optional<Failure> write_files(const std::string& directory, const loadtest::Report& report)
{
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    const std::vector<std::pair<std::string, std::string>> files{{"summary.json", protocol::encode(report) + "\n"},
                                                                 {"report.txt", to_text(report)},
                                                                 {"junit.xml", to_junit(report)}};
    for (const auto& [name, text] : files) {
        const std::string path = directory + "/" + name;
        std::ofstream file(path);
        file << text;
        if (file.flush()) continue;
        Failure failure;
        failure.exit = 73;
        failure.code = "unavailable";
        failure.message = "cannot write " + path;
        failure.why = "the directory cannot be made or is not writable";
        failure.hint = "choose another with --out DIR";
        return failure;
    }
    return std::nullopt;
}

Document report_document(const loadtest::Report& report, const std::string& form)
{
    Document document;
    document.kind = "LoadtestReport";
    document.object = to_object(report);
    document.text = form == "junit" ? to_junit(report) : to_text(report);
    return document;
}

} // namespace

Answer loadtest_run(Invocation& invocation)
{
    const std::string name = invocation.arguments.empty() ? "smoke" : invocation.argument(0);
    loadtest::LoadedScenario loaded = loadtest::load_scenario(name, scenario_directories(), settings_of(invocation));
    if (loaded.path.empty()) return no_such_scenario(name);
    for (const std::string& threshold : invocation.values("threshold")) {
        if (!loadtest::check_threshold(threshold))
            return usage_failure("cannot read the threshold '" + threshold + "'", "METRIC: AGGREGATE OP VALUE",
                                 "like --threshold 'battle.command: p99 < 50ms'");
        loaded.scenario.thresholds.push_back(threshold);
    }
    if (!loaded.loaded.ok()) return config_failure(loaded.loaded);

    std::variant<LoadTarget, Failure> found = find_target(invocation);
    if (Failure* failure = std::get_if<Failure>(&found)) return std::move(*failure);
    LoadTarget& target = std::get<LoadTarget>(found);
    asio::io_context loop{1};
    const Clients clients = make_clients(loop.get_executor(), target.fingerprint, "");
    std::random_device entropy;
    bots::World world{target.doors,
                      *clients.http,
                      *clients.links,
                      *clients.clock,
                      [rules = target.rules] { return rules; },
                      target.market,
                      std::uint64_t{entropy()} << 32 | entropy()};
    const bool on_terminal =
        stderr_is_screen() && !invocation.has("no-color") && !invocation.has("no-input") && !invocation.has("quiet");
    loadtest::RunHooks hooks = hooks_for(on_terminal);
    if (invocation.has("quiet")) hooks.progress = nullptr;
    const InterruptGuard guard;
    const auto run_loop = [&loop](const std::function<bool()>& over) {
        while (!over() && loop.run_one() > 0) {
        }
    };
    Result<loadtest::Report> report =
        loadtest::run(loaded.scenario, std::move(world), loop.get_executor(), run_loop, std::move(hooks));
    if (on_terminal) std::cerr << "\r\x1b[K";
    if (!report) return failure_of(report.error(), "no bot could sign in", "is it running? harvestctl admin health");
    if (loaded.scenario.verify) loadtest::add_findings(*report, verify_system(invocation, target.rules, *report));
    Answer answer{report_document(*report, invocation.value_or("as", "text")), exit_code(*report)};
    if (const auto directory = invocation.value("out")) answer.failure = write_files(*directory, *report);
    return answer;
}

} // namespace harvest::cli
