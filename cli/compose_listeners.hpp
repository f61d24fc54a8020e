// The doors of a process: makes the listeners of its daemons with their adapters, and remembers where each is.
#pragma once

#include "cli/compose.hpp"
#include "common/adapters/enet/link.hpp"
#include "common/adapters/web/http_listener.hpp"
#include "common/crypto/key_directory.hpp"

#include <filesystem>
#include <map>
#include <mutex>

namespace harvest::cli {

// When a certificate that this process shows is over, on /metrics; `shown_to`: "clients" or "daemons".
void export_expiry(telemetry::Metrics& metrics, std::string_view shown_to, Millis not_after);

// What it is given outlives it. Making is for the slots' threads, one after the other; looking for any thread.
class Listeners {
public:
    Listeners(const Settings& settings, const ComposeOptions& options, const crypto::TlsIdentity& identity,
              Clock& clock, Entropy& entropy)
        : settings_(settings),
          options_(options),
          identity_(identity),
          clock_(clock),
          entropy_(entropy)
    {
    }

    std::vector<std::unique_ptr<ClientLink>> make_links(std::string_view daemon, const Executor& executor);
    std::unique_ptr<HttpListener> make_rest(const Executor& executor);
    // On TCP, and on admin.sock in `directory`.
    std::vector<std::unique_ptr<HttpListener>> make_admin(const std::filesystem::path& directory,
                                                          const Executor& executor);

    std::uint16_t port_of(std::string_view daemon, std::string_view transport) const; // 0: there is none
    std::vector<DoorInfo> open() const;                                               // while the listeners live
    std::vector<DoorInfo> wanted() const;                                             // as configured
    void export_figures(telemetry::Metrics& metrics);                                 // for one thread

private:
    struct Door {
        std::string daemon, transport, address, setting;
        std::uint16_t wanted{};
        std::function<std::uint16_t()> port; // while its listener lives
    };
    mutable std::mutex mutex_;
    std::vector<Door> doors_;
    std::map<std::string, int> slots_made_; // slots start one after the other
    void note(Door door);

    const Settings& settings_;
    const ComposeOptions& options_;
    const crypto::TlsIdentity& identity_;
    Clock& clock_;
    Entropy& entropy_;
    struct Counters { // of what the daemon has
        std::unique_ptr<enet::EnetMetrics> enet;
        std::unique_ptr<web::WebCounters> web;
        std::map<std::string, std::uint64_t> told; // of each series, by export_figures()
    };
    std::map<std::string, Counters, std::less<>> counters_; // by daemon; what is there stays
    enet::EnetMetrics& enet_counters(std::string_view daemon);
    web::WebCounters& web_counters(std::string_view daemon);
};

} // namespace harvest::cli
