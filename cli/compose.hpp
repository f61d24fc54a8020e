// THE composition root: settings in, adapters out. Only the compose*.cpp know which adapter stands behind a port.
#pragma once

#include "cli/live_contents.hpp"
#include "cli/settings.hpp"
#include "common/game/tournament/template.hpp"
#include "common/runtime/supervisor.hpp"
#include "daemons/registry.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace harvest::cli {

struct ComposeOptions {
    bool development{};               // secrets that are the same everywhere
    std::vector<std::string> daemons; // of the registry, in any order
    std::string slot_of = {};         // a process of this daemon alone, whose ports and id are apart; empty: all in one
    std::size_t first_slot{};         // of the slots that it runs
    std::size_t bots{};
    // What starts instance-<slot> as a child process; none: instances are in this process.
    std::function<std::vector<std::string>(std::size_t slot)> child_command = {};
    std::function<Reloaded()> reload = {};        // for the admin API; any thread
    std::function<LastReload()> last_reload = {}; // the same
};

// Where a door is, once its daemon runs.
struct DoorInfo {
    std::string daemon, transport; // "connsrv", "enet"
    std::string address;
    std::uint16_t port{};
    std::string setting; // "connsrv.udp.port"
};

class Composition {
public:
    // Opens the data directory: keys, store, audit. Throws ConfigurationError, DependencyAway (the store's or the event
    // log's server), or boost::system::system_error with a line for people.
    Composition(Settings settings, ComposeOptions options);
    ~Composition();

    const Settings& settings() const;
    // The admin listener first, then the daemons, then the bots.
    std::vector<SlotPlan> slots();
    // For what the admin API shows and does; set before the slots start.
    void supervise(Supervisor& supervisor);
    // Reads the game's content again, as the processes that this one has started read their configuration and theirs.
    // Any thread but a daemon's.
    Reloaded reload();
    // The daemons take over what of it may change while they run. Any thread.
    void configure(const DaemonConfigs& fresh);
    std::vector<DoorInfo> doors() const;        // while all slots run
    std::vector<DoorInfo> wanted_doors() const; // as configured, for what a failed start says
    std::string fingerprint() const;
    telemetry::Metrics& metrics();
    std::string admin_token() const; // the installation's own, for contexts on this machine

    struct State;

private:
    std::unique_ptr<State> state_;
};

// The admin listener's TCP door, for one that answers there before there is a composition.
std::unique_ptr<HttpListener> make_health_door(const Settings& settings, const ComposeOptions& options,
                                               const Executor& executor);

// The data directory of this installation: data_dir, else $STATE_DIRECTORY, else $XDG_DATA_HOME/harvest, else
// ~/.local/share/harvest.
std::string data_directory(const Settings& settings);

// Clients for the admin API and for load tests, on one executor.
struct Clients {
    std::unique_ptr<Clock> clock;
    std::unique_ptr<HttpClients> http;
    std::unique_ptr<ServerLinks> links; // both transports
};
// `fingerprint`: of the servers' certificate, or empty where `ca_pem` decides.
Clients make_clients(const Executor& executor, const std::string& fingerprint, const std::string& ca_pem);

} // namespace harvest::cli
