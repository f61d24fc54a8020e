// serve all: settings to composition to supervisor; the ready lines; what a failed start says.
#include "cli/admin/contexts.hpp"
#include "cli/compose.hpp"
#include "cli/handlers.hpp"
#include "cli/serve/children.hpp"
#include "cli/serve/doors_file.hpp"
#include "cli/serve/own_words.hpp"
#include "cli/serve/ports.hpp"
#include "cli/serve/waiting.hpp"
#include "cli/terminal.hpp"
#include "cli/version.hpp"
#include "common/base/log.hpp"
#include "common/base/suggest.hpp"
#include "common/config/values.hpp"
#include "common/telemetry/ecs_log.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <mutex>

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

std::vector<std::string> words_of(const std::string& list)
{
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t comma = std::min(list.find(',', at), list.size());
        if (comma > at) out.push_back(list.substr(at, comma - at));
        at = comma + 1;
    }
    return out;
}

std::optional<Failure> choose_daemons(const Invocation& invocation, std::vector<std::string>& chosen)
{
    std::vector<std::string> known;
    for (const DaemonRow& row : daemon_rows()) known.emplace_back(row.name);
    chosen = known;
    for (const char* flag : {"only", "except"}) {
        if (!invocation.has(flag)) continue;
        const std::vector<std::string> named = words_of(invocation.value_or(flag, ""));
        for (const std::string& name : named) {
            if (std::ranges::find(known, name) != known.end()) continue;
            const auto near = suggest(name, known);
            return usage_failure(fmt::format("no daemon '{}'", name),
                                 fmt::format("the daemons of this build are {}", fmt::join(known, ", ")),
                                 near ? fmt::format("did you mean: --{} {}", flag, *near)
                                      : "type: harvestctl serve --help");
        }
        const bool only = std::string_view(flag) == "only";
        std::erase_if(chosen,
                      [&](const std::string& name) { return (std::ranges::find(named, name) == named.end()) == only; });
    }
    return std::nullopt;
}

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

std::string place(const DoorInfo& door)
{
    return door.address == "127.0.0.1" || door.address == "0.0.0.0" ? fmt::format(":{}", door.port)
                                                                    : fmt::format("{}:{}", door.address, door.port);
}

void note_doors(const Composition& composition, const std::string& data)
{
    DoorsFile file;
    file.fingerprint = composition.fingerprint();
    file.content_dir = composition.settings().content_dir;
    for (const DoorInfo& door : composition.doors())
        file.doors.push_back({door.daemon, door.transport, door.address, door.port});
    if (!write_doors(data, file)) log::warn("doors.json could not be written", {{"data_dir", data}});
}

struct Ready {
    double seconds{};
    bool ephemeral{}, development{}, kept{};
    std::size_t bots{};
    std::string data, context, token_file;
    bool named{}; // the context could be written
};

Document ready_document(const Composition& composition, const Ready& ready)
{
    Document document;
    document.kind = "Ready";
    json::object& object = document.object;
    object["ready_seconds"] = ready.seconds;
    object["data_dir"] = ready.data;
    object["ephemeral"] = ready.ephemeral;
    object["development_secrets"] = ready.development;
    object["bots"] = ready.bots;
    object["context"] = ready.context;
    object["token_file"] = ready.token_file;
    object["fingerprint"] = composition.fingerprint();
    json::array doors;
    std::string rest, live, instances, admin;
    for (const DoorInfo& door : composition.doors()) {
        doors.push_back(json::object{
            {"daemon", door.daemon}, {"transport", door.transport}, {"address", door.address}, {"port", door.port}});
        const std::string shown = fmt::format("{} {}", door.transport == "enet" ? "udp" : door.transport, place(door));
        if (door.daemon == "gateway") rest = fmt::format("REST https://{}:{}", door.address, door.port);
        if (door.daemon == "admin") admin = fmt::format("admin http://{}:{}", door.address, door.port);
        if (door.daemon == "connsrv") live += (live.empty() ? "live " : ", ") + shown;
        if (door.daemon == "instance") instances += (instances.empty() ? "instances " : ", ") + shown;
    }
    object["doors"] = doors;
    std::string line;
    for (const std::string* part : {&rest, &live, &instances, &admin})
        if (!part->empty()) line += (line.empty() ? "" : "   ") + *part;
    std::string first = fmt::format("ready in {:.2f} s   ", ready.seconds);
    first += ready.ephemeral
                 ? (ready.kept ? "temporary data, kept in " + ready.data : "temporary data, removed at exit")
                 : "data in " + ready.data;
    if (ready.development) first += "   development secrets";
    if (ready.bots) first += fmt::format("   {} bots playing", ready.bots);
    const std::string where = ready.named ? "--context " + ready.context : "--data-dir " + ready.data;
    document.text =
        fmt::format("{}\n  {}\n  operator's token {}\nnext: {} admin status {}   Ctrl-C stops it\n", first, line,
                    ready.token_file, shell_line(std::vector<std::string>{own_words().front()}), where);
    return document;
}

DoorsFile doors_of(const Composition& composition, const std::string& data_dir)
{
    DoorsFile file;
    file.fingerprint = composition.fingerprint();
    file.ca_file = data_dir + "/keys/tls.crt";
    file.content_dir = composition.settings().content_dir;
    for (const DoorInfo& door : composition.doors())
        file.doors.push_back({door.daemon, door.transport, door.address, door.port});
    return file;
}

Failure start_failure(const StartError& error, const Composition& composition)
{
    Failure failure = failure_of(error.code, fmt::format("{} did not start: {}", error.slot, error.what()));
    if (std::string_view(error.what()).find("listen") == std::string_view::npos) {
        if (failure.exit == 70) failure.why = "see the log above";
        return failure;
    }
    failure.exit = 69;
    failure.code = "unavailable";
    std::string ports;
    for (const DoorInfo& door : composition.wanted_doors())
        if (error.slot.starts_with(door.daemon) && door.port != 0)
            ports += fmt::format(" {} {}:{}", door.transport, door.address, door.port);
    failure.why = fmt::format("a port is in use by another process, or may not be bound:{}", ports);
    failure.hint = "choose others: --ports-from N, or 0 to let the system choose";
    return failure;
}

// Programs read of the ready state alone.
void say_goodbye(const Ready& ready, const OutputOptions& options, std::chrono::steady_clock::time_point begun)
{
    if (options.format != "table" && options.format != "wide") return;
    const auto since = std::chrono::steady_clock::now() - begun;
    Ending ending{std::chrono::duration_cast<Millis>(since), ready.data, ready.ephemeral, ready.kept};
    write_farewell(closing_words(ending, own_words()));
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

// Reads the configuration again: what may change is applied, the rest is named, a bad one changes nothing.
class Reloading {
public:
    Reloading(const Invocation& invocation, Settings settings) : invocation_(invocation), settings_(std::move(settings))
    {
    }

    Reloaded operator()()
    {
        const std::lock_guard lock(mutex_);
        LoadedSettings fresh = load_settings(invocation_, config_path(invocation_));
        if (!fresh.loaded.ok())
            return {"rejected, the old configuration stays: " + config_failure(fresh.loaded).why, true};
        std::string applied, waiting;
        const std::vector<config::Field> before = fields_of(settings_), after = fields_of(fresh.settings);
        for (std::size_t i = 0; i < before.size(); ++i) {
            if (config::value_text(before[i]) == config::value_text(after[i])) continue;
            (before[i].info.reloadable ? applied : waiting) += ' ' + before[i].path;
        }
        telemetry::set_log_level(level_of(fresh.settings.log.level));
        settings_.log.level = fresh.settings.log.level;
        if (applied.empty() && waiting.empty()) return {"nothing has changed"};
        return {fmt::format("applied:{}; needs a restart:{}", applied.empty() ? " -" : applied,
                            waiting.empty() ? " -" : waiting)};
    }

private:
    const Invocation& invocation_;
    std::mutex mutex_;
    Settings settings_;
};

// One daemon of a distributed system; empty for all in one process.
struct Alone {
    std::string daemon;
    std::size_t first_slot{};
};

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
    Reloading reloading(invocation, settings);
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
    Composition* whole = nullptr;
    const auto reload = [&reloading, &whole]() -> Reloaded {
        const Reloaded content = whole ? whole->reload() : Reloaded{"not read yet"};
        const Reloaded configuration = reloading();
        return {fmt::format("configuration: {}; game content: {}", configuration.told, content.told),
                configuration.rejected || content.rejected};
    };
    options.reload = reload;
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
        if (!check_only && !write_doors(ready.data, doors_of(composition, ready.data)))
            log::warn("doors.json cannot be written: load tests will not find this system");
        const auto text = render(document, output_options(invocation));
        if (const auto* line = std::get_if<std::string>(&text)) write_stdout(*line);
        log::info("ready", {{"event.action", "started"}, {"seconds", ready.seconds}});
        if (check_only) running->request_drain();
    };
    supervising.on_reload = [reload] { return reload().told; };
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

// Further slots of connsrv and instance stand ten ports on.
std::optional<Failure> past_the_last_port(const Settings& settings, const Alone& alone)
{
    const bool connsrv = alone.daemon == "connsrv";
    if (!connsrv && alone.daemon != "instance") return std::nullopt;
    const LiveSettings& live = connsrv ? settings.connsrv : settings.instance;
    const std::int64_t slots = connsrv ? settings.slots.connsrv : settings.slots.instance;
    const std::int64_t last = static_cast<std::int64_t>(alone.first_slot) + slots - 1;
    for (const ListenerSettings* door : {&live.udp, &live.tcp, &live.plain_enet})
        if (door->port + 10 * last > 65'535)
            return usage_failure(
                fmt::format("--id, --slots: slot {} would stand on port {}", last, door->port + 10 * last),
                "each slot stands ten ports on, and the last port is 65535", "choose lower ones");
    return std::nullopt;
}

// --id names the first slot, --slots says how many.
std::optional<Failure> choose_slots(const Invocation& invocation, Settings& settings, Alone& alone)
{
    const std::string id = invocation.value_or("id", alone.daemon + "-0");
    const std::string number = id.starts_with(alone.daemon + "-") ? id.substr(alone.daemon.size() + 1) : "";
    if (number.empty() || number.size() > 3 || number.find_first_not_of("0123456789") != std::string::npos)
        return usage_failure(fmt::format("--id: '{}' is no id of {}", id, alone.daemon),
                             "an id is the daemon's name and a number below 1000",
                             fmt::format("for example: --id {}-1", alone.daemon));
    alone.first_slot = std::stoul(number);
    const std::string key = "slots." + alone.daemon;
    for (config::Field& field : fields_of(settings)) {
        if (field.path != key || !invocation.has("slots")) continue;
        if (const auto why = config::assign(field, invocation.value_or("slots", "1")))
            return usage_failure(fmt::format("--slots: {}", *why), "", "");
    }
    return past_the_last_port(settings, alone);
}

// A daemon alone finds the others only over parts that several processes share.
std::optional<Failure> refuse_embedded(const Settings& settings, const std::string& daemon)
{
    const std::string embedded = embedded_parts(settings);
    if (embedded.empty()) return std::nullopt;
    Failure failure{78, "bad_configuration", "", "", "", false, {}};
    failure.message = fmt::format("'serve {}' alone needs parts that several processes share", daemon);
    failure.why = embedded;
    failure.hint = "see config/distributed.yaml, or everything in one process: harvestctl serve all";
    return failure;
}

// Slots stand ten ports on, and might meet those of another daemon.
std::optional<Failure> refuse_ports(const Settings& settings, std::span<const std::string> daemons)
{
    const std::string why = ports_fault(settings, daemons);
    if (why.empty()) return std::nullopt;
    Failure failure{78, "bad_configuration", "", "", "", false, {}};
    failure.message = "the ports are too close together";
    failure.why = why;
    failure.hint = "set the ports further apart, or lower the slots: harvestctl config print --key slots";
    return failure;
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
