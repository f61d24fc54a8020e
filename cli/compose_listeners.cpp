#include "cli/compose_listeners.hpp"

#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/web/wss_link.hpp"
#include "common/base/log.hpp"

#include <fmt/format.h>

namespace harvest::cli {
namespace {

void bind(web::ListenerConfig& config, const ListenerSettings& door, const crypto::TlsIdentity& identity)
{
    config.address = door.address;
    config.port = door.port;
    config.cert_pem = identity.certificate;
    config.key_pem = identity.private_key;
    config.max_connections = static_cast<std::size_t>(door.max_connections);
    config.max_connections_per_address = static_cast<std::size_t>(door.max_connections_per_address);
}

web::HttpServerConfig admin_door(const Settings& settings, const ComposeOptions& options)
{
    web::HttpServerConfig config;
    config.tls = false;
    config.address = settings.admin.address;
    config.port = options.slot_of.empty() ? settings.admin.port
                                          : port_apart(settings.admin.port, options.slot_of, options.first_slot);
    config.max_connections = 256;
    return config;
}

// A listener with what it needs to live.
class HealthDoor final : public HttpListener {
public:
    HealthDoor(const web::HttpServerConfig& config, const Executor& executor)
        : listener_(web::make_https_listener(config, executor, clock_, counters_))
    {
    }
    Result<void> listen(HttpHandler& handler) override { return listener_->listen(handler); }
    std::uint16_t port() const override { return listener_->port(); }
    void stop_accepting() override { listener_->stop_accepting(); }
    Task<void> stop() override { return listener_->stop(); }

private:
    system::SystemClock clock_;
    web::WebCounters counters_{};
    std::unique_ptr<HttpListener> listener_;
};

} // namespace

void Listeners::note(Door door)
{
    const std::lock_guard lock(mutex_);
    doors_.push_back(std::move(door));
}

enet::EnetMetrics& Listeners::enet_counters(std::string_view daemon)
{
    const std::lock_guard lock(mutex_);
    std::unique_ptr<enet::EnetMetrics>& counters = counters_[std::string(daemon)].enet;
    if (!counters) counters = std::make_unique<enet::EnetMetrics>();
    return *counters;
}

web::WebCounters& Listeners::web_counters(std::string_view daemon)
{
    const std::lock_guard lock(mutex_);
    std::unique_ptr<web::WebCounters>& counters = counters_[std::string(daemon)].web;
    if (!counters) counters = std::make_unique<web::WebCounters>();
    return *counters;
}

std::uint16_t Listeners::port_of(std::string_view daemon, std::string_view transport) const
{
    const std::lock_guard lock(mutex_);
    for (const Door& door : doors_)
        if (door.daemon == daemon && door.transport == transport) return door.port();
    return 0;
}

std::vector<std::unique_ptr<ClientLink>> Listeners::make_links(std::string_view daemon, const Executor& executor)
{
    LiveSettings live = daemon == "instance" ? settings_.instance : settings_.connsrv;
    // Further slots of a daemon stand ten ports on.
    const int slot = static_cast<int>(options_.first_slot) + slots_made_[std::string(daemon)]++;
    for (ListenerSettings* door : {&live.udp, &live.tcp, &live.plain_enet})
        if (door->port != 0) door->port = static_cast<std::uint16_t>(door->port + 10 * slot);
    std::vector<std::unique_ptr<ClientLink>> links;
    const auto add = [&](const ListenerSettings& door, std::string_view settings, std::string transport,
                         std::unique_ptr<ClientLink> link) {
        note({std::string(daemon), std::move(transport), door.address, fmt::format("{}.{}.port", daemon, settings),
              door.port, [raw = link.get()] { return raw->port(); }});
        links.push_back(std::move(link));
    };
    const auto enet_config = [&](const ListenerSettings& door, bool plain) {
        enet::EnetConfig config;
        config.host = door.address;
        config.port = door.port;
        config.certificate_pem = identity_.certificate;
        config.key_pem = identity_.private_key;
        config.plain = plain;
        config.max_links = static_cast<std::uint32_t>(door.max_connections);
        config.per_address = static_cast<std::uint32_t>(door.max_connections_per_address);
        // A venue behind one address comes and goes faster, and has more on their way in, than a home.
        config.strangers_per_address = std::max(config.strangers_per_address, config.per_address / 4);
        config.newcomers_per_address = std::max(config.newcomers_per_address, config.per_address / 8);
        if (plain) { // nobody proves an address there: a spoofed one must not lock its owner out
            config.stranger_grace = config.spoken_grace = 0ms;
            config.newcomers_per_address = config.newcomers_per_second = 0;
        }
        return config;
    };
    if (live.udp.enabled)
        add(live.udp, "udp", "enet",
            enet::make_enet_link(enet_config(live.udp, false), executor, clock_, entropy_, &enet_counters(daemon)));
    if (live.tcp.enabled) {
        web::WssConfig config;
        bind(config, live.tcp, identity_);
        add(live.tcp, "tcp", "wss", web::make_wss_link(std::move(config), executor, clock_, web_counters(daemon)));
    }
    if (live.plain_enet.enabled)
        add(live.plain_enet, "plain_enet", "plain_enet",
            enet::make_enet_link(enet_config(live.plain_enet, true), executor, clock_, entropy_,
                                 &enet_counters(daemon)));
    return links;
}

std::unique_ptr<HttpListener> Listeners::make_rest(const Executor& executor)
{
    web::HttpServerConfig config;
    bind(config, settings_.gateway, identity_);
    config.port = port_apart(config.port, "gateway", options_.first_slot);
    config.reuse_port = settings_.slots.gateway > 1;
    config.inherited_socket = web::inherited_socket("gateway"); // FileDescriptorName= of harvest-gateway.socket
    if (config.inherited_socket >= 0)
        log::info("the gateway listens on the socket that it was handed", {{"event.action", "gateway.socket"}});
    const std::uint16_t wanted = config.port;
    auto listener = web::make_https_listener(std::move(config), executor, clock_, web_counters("gateway"));
    note({"gateway", "https", settings_.gateway.address, "gateway.port", wanted,
          [raw = listener.get()] { return raw->port(); }});
    return listener;
}

std::vector<std::unique_ptr<HttpListener>> Listeners::make_admin(const std::filesystem::path& directory,
                                                                 const Executor& executor)
{
    web::HttpServerConfig config = admin_door(settings_, options_);
    std::vector<std::unique_ptr<HttpListener>> made;
    made.push_back(web::make_https_listener(config, executor, clock_, web_counters("admin")));
    note({"admin", "http", settings_.admin.address, "admin.port", config.port,
          [raw = made.back().get()] { return raw->port(); }});
    config.unix_socket = directory / "admin.sock";
    config.port = 0;
    made.push_back(web::make_https_listener(config, executor, clock_, web_counters("admin")));
    return made;
}

std::vector<DoorInfo> Listeners::open() const
{
    const std::lock_guard lock(mutex_);
    std::vector<DoorInfo> out;
    out.reserve(doors_.size());
    for (const Door& door : doors_)
        out.push_back({door.daemon, door.transport, door.address, door.port(), door.setting});
    return out;
}

std::vector<DoorInfo> Listeners::wanted() const
{
    const std::lock_guard lock(mutex_);
    std::vector<DoorInfo> out;
    out.reserve(doors_.size());
    for (const Door& door : doors_)
        out.push_back({door.daemon, door.transport, door.address, door.wanted, door.setting});
    return out;
}

std::unique_ptr<HttpListener> make_health_door(const Settings& settings, const ComposeOptions& options,
                                               const Executor& executor)
{
    return std::make_unique<HealthDoor>(admin_door(settings, options), executor);
}

} // namespace harvest::cli
