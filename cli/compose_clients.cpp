// The part of the composition root that stands behind what talks to our own doors: the admin API, bots, load tests.
#include "cli/compose.hpp"
#include "common/adapters/enet/client.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/web/client.hpp"

namespace harvest::cli {
namespace {

class BothLinks final : public ServerLinks {
public:
    BothLinks(std::unique_ptr<ServerLinks> wss, const Executor& executor, enet::EnetClientConfig config, Clock& clock)
        : wss_(std::move(wss)),
          enet_(executor, std::move(config), clock)
    {
    }
    std::unique_ptr<ServerLink> make(std::string_view transport, std::string_view local_address) override
    {
        return transport == "enet" ? enet_.make(local_address) : wss_->make(transport, local_address);
    }

private:
    std::unique_ptr<ServerLinks> wss_;
    enet::EnetClients enet_;
};

} // namespace

Clients make_clients(const Executor& executor, const std::string& fingerprint, const std::string& ca_pem)
{
    Clients out;
    out.clock = std::make_unique<system::SystemClock>();
    web::HttpClientConfig http;
    http.ca_pem = ca_pem;
    http.fingerprint = fingerprint;
    out.http = web::make_http_clients(std::move(http), executor, *out.clock);
    web::WssClientConfig wss;
    wss.ca_pem = ca_pem;
    enet::EnetClientConfig enet;
    enet.ca_pem = ca_pem;
    enet.timeout_min = 1500ms; // a server that was killed says no good-bye over UDP
    enet.timeout_max = 3s;
    out.links = std::make_unique<BothLinks>(web::make_wss_links(std::move(wss), executor, *out.clock), executor,
                                            std::move(enet), *out.clock);
    return out;
}

} // namespace harvest::cli
