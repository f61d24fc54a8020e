#include "cli/settings.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace harvest::cli {

void ListenerSettings::describe(config::Section& section)
{
    section.field({.name = "enabled", .doc = "Whether this door is opened."}, enabled);
    section.field({.name = "address", .doc = "Literal address to bind."}, address);
    section.field({.name = "port", .doc = "Port to bind; 0 lets the system choose."}, port);
    section.field({.name = "max_connections", .doc = "Connections held at once; more are refused.", .min = 1},
                  max_connections);
    section.field({.name = "max_connections_per_address",
                   .doc = "Connections of one address held at once; over TCP an IPv6 address counts with its /64; "
                          "ENet also holds at most 4096 of one /24 or /64.",
                   .min = 1},
                  max_connections_per_address);
}

void LiveSettings::describe(config::Section& section)
{
    section.section("udp", udp);
    section.section("tcp", tcp);
    section.section("plain_enet", plain_enet);
}

void ChildSettings::describe(config::Section& section)
{
    section.field({.name = "least", .doc = "Children that are always there.", .min = 1, .max = 32}, least);
    section.field({.name = "most", .doc = "Children at once, at most.", .min = 1, .max = 32}, most);
    section.field({.name = "warm", .doc = "Ready children without a match, kept in reserve within `most`.", .max = 32},
                  warm);
    section.field({.name = "start_within", .doc = "A child not ready by then is killed and started again.", .min = 500},
                  start_within);
    section.field(
        {.name = "watchdog", .doc = "A child that gives no sign of life for so long is killed.", .min = 1'000},
        watchdog);
    section.field({.name = "idle_after", .doc = "How long one child too many stands idle before it is drained."},
                  idle_after);
    section.field({.name = "acknowledge_within",
                   .doc = "A match given to a child that never speaks of it holds that child no longer.",
                   .min = 1'000},
                  acknowledge_within);
}

void InstanceSettings::describe(config::Section& section)
{
    LiveSettings::describe(section);
    section.field({.name = "allocator",
                   .doc = "Where `serve all` runs its instances: in its own process, or as child processes, which need "
                          "PostgreSQL, Kafka and Redis.",
                   .choices = {"in_process", "process"}},
                  allocator);
    section.section("children", children);
}

void TlsSettings::describe(config::Section& section)
{
    section.field(
        {.name = "certificate", .doc = "PEM file of the certificate chain; empty: one made in the data directory."},
        certificate);
    section.field({.name = "key", .doc = "PEM file of its key."}, key);
    section.field({.name = "names", .doc = "Names and addresses in a certificate made here."}, names);
}

void LogSettings::describe(config::Section& section)
{
    section.field({.name = "level",
                   .doc = "Least level that is logged.",
                   .choices = {"debug", "info", "warn", "error"},
                   .reloadable = true},
                  level);
    section.field({.name = "format", .doc = "JSON lines (ECS), or text for people.", .choices = {"json", "text"}},
                  format);
}

void TraceSettings::describe(config::Section& section)
{
    section.field(
        {.name = "endpoint",
         .doc = "Where a collector takes spans as OTLP/HTTP JSON, as http://HOST:4318/v1/traces; empty: none."},
        endpoint);
    section.field({.name = "one_in",
                   .doc = "Of the traces that a client has not decided on, one in so many is kept; 0: those that fail "
                          "alone, which are kept always.",
                   .min = 0},
                  one_in);
    section.field({.name = "batch", .doc = "Spans in one request.", .min = 1, .max = 10'000}, batch);
    section.field({.name = "room", .doc = "Spans that wait to be sent; more are dropped and counted.", .min = 1}, room);
    section.field({.name = "every", .doc = "The longest a span waits.", .min = 500}, every);
    section.field({.name = "timeout", .doc = "How long a batch is tried before it is dropped.", .min = 100}, timeout);
}

void TelemetrySettings::describe(config::Section& section)
{
    section.section("traces", traces);
    section.field({.name = "sample_every",
                   .doc = "How often each slot is told as harvest.system.daemon.sampled.v1; 0: never.",
                   .max = 86'400'000},
                  sample_every);
}

void AdminSettings::describe(config::Section& section)
{
    section.field(
        {.name = "address", .doc = "Literal address of the admin listener; loopback, unless expose is health."},
        address);
    section.field({.name = "port", .doc = "Port of health, metrics and the admin API; 0 lets the system choose."},
                  port);
    section.field({.name = "expose",
                   .doc = "What the TCP port answers: all, or health (/livez /readyz /metrics).",
                   .choices = {"all", "health"}},
                  expose);
}

void MailSettings::describe(config::Section& section)
{
    section.field({.name = "from", .doc = "Sender of letters; each becomes a file in mail/ of the data directory."},
                  from);
}

void SlotSettings::describe(config::Section& section)
{
    section.field({.name = "auth", .doc = "Slots of auth.", .min = 1, .max = 32}, auth);
    section.field({.name = "match", .doc = "Slots of match: one decides for all.", .min = 1, .max = 1}, match);
    section.field({.name = "instance", .doc = "Slots of instance, ten ports on each.", .min = 1, .max = 32}, instance);
    section.field({.name = "chat", .doc = "Slots of chat.", .min = 1, .max = 32}, chat);
    section.field({.name = "connsrv",
                   .doc = "Slots of connsrv; each holds the connections of its own ports, ten on from the one before.",
                   .min = 1,
                   .max = 32},
                  connsrv);
    section.field({.name = "gateway", .doc = "Slots of gateway.", .min = 1, .max = 32}, gateway);
    section.field({.name = "metrics", .doc = "Slots of metrics.", .min = 1, .max = 32}, metrics);
}

Settings::Settings()
{
    gateway.port = 8443;
    connsrv.udp.port = 7350;
    connsrv.tcp.port = 7351;
    instance.udp.port = 7400;
    instance.tcp.port = 7401;
    connsrv.plain_enet.enabled = false;
    instance.plain_enet.enabled = false;
}

void Settings::describe(config::Section& section)
{
    section.field({.name = "data_dir",
                   .doc = "Data, keys and the admin socket; empty: $STATE_DIRECTORY, else $XDG_DATA_HOME/harvest, else "
                          "~/.local/share/harvest."},
                  data_dir);
    section.field({.name = "content_dir",
                   .doc = "Folder of the game's content: battle, cards, farm, market, recipes, quests, leagues and "
                          "tournaments .yaml; "
                          "empty: the installed one. Read again by reload."},
                  content_dir);
    section.field({.name = "start_timeout", .doc = "How long a daemon may take until it is ready.", .min = 100},
                  start_timeout);
    section.field({.name = "drain_timeout", .doc = "How long a stop may wait for what is at hand."}, drain_timeout);
    section.field({.name = "loop_stall", .doc = "A loop that has not turned for so long is stalled.", .min = 100},
                  loop_stall);
    section.section("log", log);
    section.section("telemetry", telemetry);
    section.section("tls", tls);
    section.section("admin", admin);
    section.section("store", store);
    section.section("event_log", event_log);
    section.section("kafka", kafka);
    section.section("shared", shared);
    section.section("redis", redis);
    section.section("rpc", rpc);
    section.section("mail", mail);
    section.section("slots", slots);
    section.section("gateway", gateway);
    section.section("connsrv", connsrv);
    section.section("instance", instance);
    daemons.describe(section);
}

std::string embedded_parts(const Settings& settings)
{
    std::vector<std::string_view> parts;
    if (settings.store.kind == "sqlite") parts.emplace_back("store.kind is sqlite");
    if (settings.event_log.kind == "local") parts.emplace_back("event_log.kind is local");
    if (settings.shared.kind == "memory") parts.emplace_back("shared.kind is memory");
    return parts.empty() ? "" : fmt::format("{}.", fmt::join(parts, "; "));
}

std::vector<config::Field> fields_of(Settings& settings)
{
    std::vector<config::Field> fields;
    config::Section section(fields);
    settings.describe(section);
    // A daemon's fields stand beside those of its doors, whoever described them.
    std::map<std::string, std::size_t> order;
    const auto place = [&order](const config::Field& field) {
        const std::size_t dot = field.path.find('.');
        return order.emplace(dot == std::string::npos ? "" : field.path.substr(0, dot), order.size()).first->second;
    };
    for (const config::Field& field : fields) place(field);
    std::ranges::stable_sort(fields, {}, place);
    return fields;
}

namespace {

// The admin API takes its token in clear: it is for this machine.
void check_exposure(LoadedSettings& out)
{
    const AdminSettings& admin = out.settings.admin;
    boost::system::error_code not_literal;
    const auto address = boost::asio::ip::make_address(admin.address, not_literal);
    if (admin.expose == "health" || not_literal || address.is_loopback()) return;
    const config::Layer& set_by = out.loaded.layers.at("admin.address").back();
    config::Fault fault;
    fault.file = set_by.kind == "file" ? set_by.where : set_by.kind + ' ' + set_by.where;
    fault.code = "bad_value";
    fault.key = "admin.address";
    fault.reason = fmt::format(
        "{} is not this machine alone, and the admin API is in clear: set admin.expose to health", admin.address);
    out.loaded.faults.push_back(std::move(fault));
}

} // namespace

LoadedSettings load_settings(const Invocation& invocation, const std::string& path)
{
    LoadedSettings out;
    config::Sources sources;
    sources.path = path;
    sources.environment = config::process_environment();
    const auto set = [&](const char* flag, const char* key) {
        if (const auto value = invocation.value(flag))
            sources.flags.emplace_back(fmt::format("{}={}", key, *value), fmt::format("--{}", flag));
    };
    set("data-dir", "data_dir");
    set("log-level", "log.level");
    set("log-format", "log.format");
    set("drain-timeout", "drain_timeout");
    if (const auto from = invocation.value("ports-from")) {
        const int first = std::stoi(*from);
        int step = 0;
        for (const char* key : {"gateway.port", "connsrv.udp.port", "connsrv.tcp.port", "instance.udp.port",
                                "instance.tcp.port", "admin.port"})
            sources.flags.emplace_back(fmt::format("{}={}", key, first == 0 ? 0 : first + step++), "--ports-from");
        // For its children. Daemons apart find each other by the configured ports.
        if (first != 0 && invocation.command->path == "serve all")
            sources.flags.emplace_back(fmt::format("rpc.port={}", first + step), "--ports-from");
        ++step;
        for (const char* key : {"connsrv.plain_enet.port", "instance.plain_enet.port"})
            sources.flags.emplace_back(fmt::format("{}={}", key, first == 0 ? 0 : first + step++), "--ports-from");
    }
    for (const std::string& setting : invocation.values("set")) sources.flags.emplace_back(setting, "--set");
    out.loaded = config::load(fields_of(out.settings), sources);
    if (out.loaded.ok()) check_exposure(out);
    return out;
}

std::string config_path(const Invocation& invocation)
{
    if (const auto given = invocation.value("config")) return *given;
    const std::string installed = "/etc/harvest/harvest.yaml";
    std::error_code error;
    return std::filesystem::exists(installed, error) ? installed : "";
}

Failure config_failure(const config::Loaded& loaded)
{
    Failure failure{78, "bad_configuration", "", "", "check it: harvestctl config check", false, {}};
    std::size_t count = 0;
    for (const config::Fault& fault : loaded.faults) {
        if (fault.warning) continue;
        if (fault.code == "unreadable") failure.exit = 66;
        std::error_code none;
        if (count == 0 && std::filesystem::exists(fault.file, none)) failure.hint += ' ' + fault.file;
        failure.why += fmt::format("{}{}", count++ ? "\n  " : "", fault.text());
    }
    failure.message = fmt::format("the configuration has {} fault{}", count, count == 1 ? "" : "s");
    return failure;
}

} // namespace harvest::cli
