// serve all: settings to composition to supervisor; the ready lines; what a failed start says.
#include "cli/admin/contexts.hpp"
#include "cli/compose.hpp"
#include "cli/handlers.hpp"
#include "cli/serve/children.hpp"
#include "cli/serve/choices.hpp"
#include "cli/serve/ready.hpp"
#include "cli/serve/reloading.hpp"
#include "cli/serve/waiting.hpp"
#include "cli/terminal.hpp"
#include "cli/version.hpp"
#include "common/base/log.hpp"
#include "common/telemetry/ecs_log.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>

namespace harvest::cli {
namespace {

namespace fs = std::filesystem;

// A data directory of its own that goes with the process.
class TemporaryData {
public:
    explicit TemporaryData(bool keep) : keep_(keep)
    {
        const char* base = std::getenv("TMPDIR");
        std::string path = fmt::format("{}/harvest-demo-XXXXXX", base && *base ? base : "/tmp");
        if (!::mkdtemp(path.data()))
            throw boost::system::system_error(make_error_code(Errc::already_exists),
                                              "no temporary directory can be made");
        path_ = path;
    }
    ~TemporaryData() { remove(); }
    TemporaryData(const TemporaryData&) = delete;
    TemporaryData& operator=(const TemporaryData&) = delete;
    const std::string& path() const { return path_; }
    void remove()
    {
        if (keep_ || path_.empty()) return;
        std::error_code ignored;
        fs::remove_all(path_, ignored);
        path_.clear();
    }

private:
    std::string path_;
    bool keep_;
};

log::Level level_of(const std::string& name)
{
    constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
    return static_cast<log::Level>(std::ranges::find(names, name) - std::begin(names));
}

void begin_log(const LogSettings& settings)
{
    telemetry::LogSetup setup;
    setup.level = level_of(settings.level);
    setup.json = settings.format == "json";
    setup.service_version = std::string(version_text());
    telemetry::start_log(std::move(setup));
}

// Of a start that failed because a door could not be opened: which one, by its setting; two where plain ENet is on too.
std::map<std::string, std::string> shut_doors(const StartError& error, const Composition& composition)
{
    constexpr std::string_view sign = " cannot listen on ";
    const std::string_view what = error.what();
    const std::size_t at = what.rfind(sign);
    std::map<std::string, std::string> shut;
    if (at == std::string_view::npos) return shut;
    // A daemon's slots start one after the other: the last has failed.
    for (const DoorInfo& door : composition.wanted_doors())
        if (error.slot.starts_with(door.daemon) && door.transport.ends_with(what.substr(at + sign.size())))
            shut[door.setting] = fmt::format("{}:{}", door.address, door.port);
    return shut;
}

Failure start_failure(const StartError& error, const Composition& composition)
{
    const std::map<std::string, std::string> doors = shut_doors(error, composition);
    if (doors.empty()) return failure_of(error.code, fmt::format("{} did not start: {}", error.slot, error.what()));
    std::string places, settings;
    for (const auto& [setting, place] : doors) {
        places += (places.empty() ? "" : " or ") + place;
        settings += (settings.empty() ? "" : " or ") + setting;
    }
    Failure failure{69, "unavailable", "", "", "", false, {}};
    failure.message =
        fmt::format("{} did not start: {} is in use by another process, or may not be bound", error.slot, places);
    failure.why = fmt::format("its port comes from {}", settings);
    failure.hint = "choose others: --ports-from N, or 0 to let the system choose";
    return failure;
}

int finish(const Supervisor::Ended& ended, TemporaryData* temporary)
{
    if (!ended.forced) {
        if (!ended.failed.empty()) write_stderr(fmt::format("{} failed, so everything was stopped\n", ended.failed));
        return ended.failed.empty() ? 0 : 70;
    }
    std::string cut;
    for (const std::string& slot : ended.cut) cut += ' ' + slot;
    write_stderr(fmt::format("stopped at once; cut off:{}\n", cut));
    telemetry::flush_log();
    if (temporary) temporary->remove();
    std::_Exit(1); // the slots' threads still run: nothing may be destroyed under them
}

Answer explain(const Settings& settings, const Invocation& invocation)
{
    Invocation print = invocation;
    print.command = find_command("config print");
    print.flags.erase("key");
    Answer answer = config_print(print);
    if (answer.document) {
        answer.document->kind = "ServeExplanation";
        answer.document->object["data_dir"] = data_directory(settings);
    }
    return answer;
}

SupervisorOptions supervising_by(const Settings& settings)
{
    SupervisorOptions options;
    options.start_timeout = settings.start_timeout;
    options.drain_timeout = settings.drain_timeout;
    options.loop_stall = settings.loop_stall;
    options.on_progress = [](const std::string& line) { log::info(line, {{"event.action", "draining"}}); };
    return options;
}

// A daemon alone waits for the store and the event log; one that has all in it ends, as its --check does.
std::unique_ptr<Composition> compose(const Invocation& invocation, Settings settings, ComposeOptions options)
{
    if (options.slot_of.empty() || invocation.has("check"))
        return std::make_unique<Composition>(std::move(settings), std::move(options));
    std::unique_ptr<Composition> made;
    const auto door = [&](const Executor& executor) { return make_health_door(settings, options, executor); };
    const auto attempt = [&] { made = std::make_unique<Composition>(settings, options); };
    return attempt_until_there(door, attempt) ? std::move(made) : nullptr;
}

Answer run(Invocation& invocation, Settings settings, std::vector<std::string> daemons, const Alone& alone)
{
    const auto begun = std::chrono::steady_clock::now();
    Ready ready;
    ready.ephemeral = invocation.has("ephemeral");
    ready.kept = invocation.has("keep");
    ready.development = ready.ephemeral || invocation.has("dev");
    std::optional<TemporaryData> temporary;
    Composition* whole = nullptr;
    Reloading reloading(invocation, alone, settings, [&whole](const Settings& now) {
        telemetry::set_log_level(level_of(now.log.level));
        if (whole) whole->configure(now.daemons);
    });
    if (ready.ephemeral) {
        temporary.emplace(ready.kept);
        settings.data_dir = temporary->path();
        // Nothing outlives this process, so nobody waits long for it.
        settings.daemons.instance.drain = std::min<Millis>(settings.daemons.instance.drain, 1s);
        settings.daemons.connsrv.drain_spread = std::min<Millis>(settings.daemons.connsrv.drain_spread, 500ms);
    }
    ComposeOptions options;
    options.development = ready.development;
    options.daemons = std::move(daemons);
    options.slot_of = alone.daemon;
    options.first_slot = alone.first_slot;
    options.bots = ready.bots = static_cast<std::size_t>(std::stoull(invocation.value_or("bots", "0")));
    Reloads reloads([&whole] { return whole ? whole->reload() : Reloaded{"not read yet"}; },
                    [&reloading] { return reloading(); });
    options.reload = [&reloads] { return reloads(); };
    options.last_reload = [&reloads] { return reloads.last(); };
    if (alone.daemon.empty() && settings.instance.allocator == "process") {
        settings.rpc.address = "127.0.0.1"; // only its children call it
        options.child_command = child_command(invocation, settings);
    }
    begin_log(settings.log);
    struct LogEnd {
        ~LogEnd() { telemetry::stop_log(); }
    } log_end;
    SupervisorOptions supervising = supervising_by(settings);
    const std::unique_ptr<Composition> composed = compose(invocation, std::move(settings), std::move(options));
    if (!composed) return {}; // told to stop before there was anything
    Composition& composition = *composed;
    whole = composed.get();
    ready.data = data_directory(composition.settings());
    ready.context = ready.ephemeral ? "demo" : "local";
    ready.token_file = ready.data + "/admin.token";
    if (!alone.daemon.empty()) {
        ready.context = fmt::format("{}-{}", alone.daemon, alone.first_slot);
        ready.data += '/' + ready.context;
    }

    const bool check_only = invocation.has("check");
    Supervisor* running = nullptr;
    supervising.on_ready = [&] {
        ready.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        ready.named = !check_only && !invocation.has("no-context") && write_context(ready.context, ready.data);
        const Document document = ready_document(composition, ready);
        note_doors(composition, ready.data);
        const auto text = render(document, output_options(invocation));
        if (const auto* line = std::get_if<std::string>(&text)) write_if_read(*line);
        log::info("ready", {{"event.action", "started"}, {"seconds", ready.seconds}});
        if (check_only) running->request_drain();
    };
    supervising.on_reload = [&reloads] { return reloads().told; };
    Supervisor supervisor(composition.slots(), std::move(supervising));
    running = &supervisor;
    composition.supervise(supervisor);
    try {
        const Supervisor::Ended ended = supervisor.run();
        log::info("stopped", {{"event.action", "stopped"}, {"event.outcome", ended.forced ? "forced" : "drained"}});
        Answer answer;
        answer.exit = finish(ended, temporary ? &*temporary : nullptr);
        if (answer.exit == 0 && ready.seconds > 0 && !check_only) say_goodbye(ready, output_options(invocation), begun);
        return answer;
    }
    catch (const StartError& e) {
        Failure failure = start_failure(e, composition);
        if (!e.stuck) return failure;
        write_stderr(to_text(failure));
        if (temporary) temporary->remove();
        telemetry::flush_log();
        std::_Exit(failure.exit);
    }
}

Answer start(Invocation& invocation, LoadedSettings loaded, std::vector<std::string> daemons, const Alone& alone)
{
    for (const config::Fault& fault : loaded.loaded.faults)
        if (!invocation.has("quiet")) write_stderr("warning: " + fault.text() + '\n');
    if (invocation.has("explain")) return explain(loaded.settings, invocation);
    try {
        return run(invocation, std::move(loaded.settings), std::move(daemons), alone);
    }
    catch (const ConfigurationError& e) {
        return e.failure();
    }
    catch (const boost::system::system_error& e) {
        Failure failure = failure_of(e.code(), message_of(e));
        failure.hint =
            fmt::format("check it: harvestctl {} --check, harvestctl config print", invocation.command->path);
        return failure;
    }
}

} // namespace

Answer serve_all(Invocation& invocation)
{
    std::vector<std::string> daemons;
    if (auto failed = choose_daemons(invocation, daemons)) return *failed;
    LoadedSettings loaded = load_settings(invocation, config_path(invocation));
    if (!loaded.loaded.ok()) return config_failure(loaded.loaded);
    if (loaded.settings.instance.allocator == "process")
        if (auto failed = refuse_children(loaded.settings, daemons)) return *failed;
    if (auto failed = refuse_ports(loaded.settings, daemons)) return *failed;
    return start(invocation, std::move(loaded), std::move(daemons), {});
}

Answer serve_one(Invocation& invocation)
{
    LoadedSettings loaded = load_settings(invocation, config_path(invocation));
    if (!loaded.loaded.ok()) return config_failure(loaded.loaded);
    Alone alone{std::string(invocation.command->path.substr(6)), 0};
    if (auto failed = choose_slots(invocation, loaded.settings, alone)) return *failed;
    if (auto failed = refuse_embedded(loaded.settings, alone.daemon)) return *failed;
    return start(invocation, std::move(loaded), {alone.daemon}, alone);
}

} // namespace harvest::cli
