// ServerLink over ENet and DTLS 1.2, for bots and tests: thousands of clients of one thread share one loop and a few
// ENet hosts; each has its own connected UDP socket.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/server_link.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace harvest::enet {

struct EnetClientConfig {
    std::string ca_pem; // decides where an endpoint has no fingerprint
    bool plain = false; // without DTLS, for a plain listener
    std::uint32_t peers_per_host = 64;
    std::uint32_t queued_messages = 256;  // to the server, unsent and unacknowledged; more is resource_exhausted
    std::uint32_t unread_messages = 1024; // from the server; more closes the link
    Millis ping_interval{2'000};
    Millis timeout_min{5'000};
    Millis timeout_max{15'000};
};

class ClientCore;

// All clients on one executor (a single thread).
class EnetClients {
public:
    // Throws std::invalid_argument if `ca_pem` is not empty and holds no certificate.
    EnetClients(Executor executor, EnetClientConfig config, Clock& clock);
    ~EnetClients();
    // The link may outlive this object. Errors of connect(): timed_out, unavailable (nobody there, no descriptors),
    // unauthenticated (certificate refused), invalid_argument (local address), not_found (host name), canceled.
    std::unique_ptr<ServerLink> make(std::string_view local_address);

private:
    std::shared_ptr<ClientCore> core_;
};

// A single client with a loop of its own.
std::unique_ptr<ServerLink> make_enet_client(Executor executor, EnetClientConfig config, Clock& clock,
                                             std::string_view local_address);

} // namespace harvest::enet
