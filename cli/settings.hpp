// The whole configuration of one process: what is shared, each listener, and each daemon's own struct.
#pragma once

#include "cli/command.hpp"
#include "cli/settings_backend.hpp"
#include "common/config/loader.hpp"
#include "daemons/registry.hpp"

#include <string>
#include <vector>

namespace harvest::cli {

// A door: where it binds and how much it takes.
struct ListenerSettings {
    bool enabled{true};
    std::string address{"127.0.0.1"};
    std::uint16_t port{};
    std::int64_t max_connections{20'000};
    std::int64_t max_connections_per_address{256};
    void describe(config::Section& section);
};

struct LiveSettings {
    ListenerSettings udp, tcp, plain_enet;
    void describe(config::Section& section);
};

// Instances as child processes of `serve all`.
struct ChildSettings {
    std::int64_t least{1}, most{8}, warm{1};
    Millis start_within{20s}, watchdog{10s}, idle_after{60s}, acknowledge_within{30s};
    void describe(config::Section& section);
};

struct InstanceSettings : LiveSettings {
    std::string allocator{"in_process"};
    ChildSettings children;
    void describe(config::Section& section);
};

struct TlsSettings {
    std::string certificate, key;
    std::vector<std::string> names{"localhost", "127.0.0.1"};
    void describe(config::Section& section);
};

struct LogSettings {
    std::string level{"info"}, format{"json"};
    void describe(config::Section& section);
};

// Spans of traces, to a collector by OTLP/HTTP; without an endpoint there are none.
struct TraceSettings {
    std::string endpoint;
    std::int64_t one_in{100}, batch{512}, room{8'192};
    Millis every{5s}, timeout{10s};
    void describe(config::Section& section);
};

struct TelemetrySettings {
    TraceSettings traces;
    Millis sample_every{1min};
    void describe(config::Section& section);
};

struct AdminSettings {
    std::string address{"127.0.0.1"};
    std::uint16_t port{7600};
    std::string expose{"all"};
    void describe(config::Section& section);
};

struct MailSettings {
    std::string from{"Harvest Battles <no-reply@localhost>"};
    void describe(config::Section& section);
};

struct SlotSettings {
    std::int64_t auth{1}, match{1}, instance{1}, chat{1}, connsrv{1}, gateway{1}, metrics{1};
    void describe(config::Section& section);
};

struct Settings {
    std::string data_dir, content_dir;
    Millis start_timeout{15s}, drain_timeout{30s}, loop_stall{10s};
    LogSettings log;
    TelemetrySettings telemetry;
    TlsSettings tls;
    AdminSettings admin;
    StoreSettings store;
    EventLogSettings event_log;
    KafkaSettings kafka;
    SharedSettings shared;
    RedisSettings redis;
    RpcSettings rpc;
    MailSettings mail;
    SlotSettings slots;
    ListenerSettings gateway;
    LiveSettings connsrv;
    InstanceSettings instance;
    DaemonConfigs daemons;

    Settings();
    void describe(config::Section& section);
};

// Which parts can be used by one process only: "store.kind is sqlite; shared.kind is memory." Empty if none.
std::string embedded_parts(const Settings& settings);

// Fields that point into `settings`, which must outlive them.
std::vector<config::Field> fields_of(Settings& settings);

struct LoadedSettings {
    Settings settings;
    config::Loaded loaded;
};

// From --config (or what an environment variable presets), HARVEST_… and the flags of the invocation.
LoadedSettings load_settings(const Invocation& invocation, const std::string& path);

// The configuration that `--config` names, else /etc/harvest/harvest.yaml if it is there, else none.
std::string config_path(const Invocation& invocation);

// The failure that a bad configuration ends with (78; 66 if it cannot be read), with every fault in its text.
Failure config_failure(const config::Loaded& loaded);

} // namespace harvest::cli
