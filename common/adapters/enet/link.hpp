// ClientLink over ENet and DTLS 1.2: one unconnected UDP socket, a stateless cookie, the datagram guard, then ENet.
// Lives on its executor's single thread. The reason of a close reaches the client as the data of ENet's DISCONNECT.
#pragma once

#include "common/ports/client_link.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/entropy.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace harvest::enet {

struct EnetConfig {
    std::string host = "0.0.0.0"; // a literal address; "::" takes both families
    std::uint16_t port = 7350;    // 0: any free one
    std::string certificate_pem;  // ECDSA P-256 or RSA-2048
    std::string key_pem;
    bool plain = false; // without DTLS: for tests and trusted networks only, never on a public address
    std::uint32_t max_links = 20'480;
    std::uint32_t per_subnet = 4'096; // a /24 or /64
    std::uint32_t per_address = 64;
    std::uint32_t strangers_per_address = 16;   // links that the daemon does not know yet
    Millis stranger_grace{2'000};               // before that none makes room for another
    Millis spoken_grace{5'000};                 // nor from its first message on: its sign-in is on its way
    std::uint32_t newcomers_per_second = 1'000; // handshakes cost CPU that the links have first call on; 0: any
    std::uint32_t newcomers_per_address = 16;   // a second, after a burst of per_address; 0: any
    std::uint32_t peers_per_host = 64;          // ENet walks every slot of a host
    std::uint32_t queued_messages = 64;         // unsent and unacknowledged, then the link closes as slow_consumer
    std::uint32_t queued_bytes = 256 * 1024;
    Millis handshake_timeout{10'000}; // from the first valid hello to ENet's CONNECT
    Millis close_timeout{3'000};      // for what is queued when a link closes
    Millis ping_interval{4'000};
    Millis timeout_min{5'000}; // ENet gives a silent peer up between these
    Millis timeout_max{15'000};
};

// Counters for common/telemetry; read from any thread.
struct EnetMetrics {
    using Counter = std::atomic<std::uint64_t>;
    Counter datagrams_in{}, datagrams_out{}, bytes_in{}, bytes_out{};
    Counter hellos{}, cookies_sent{}, handshakes{}, handshakes_failed{}, opened{}, closed{};
    Counter links{};                                                              // now open
    Counter refused_by_quota{}, refused_by_rate{}, refused_for_room{}, evicted{}; // for_room: no descriptor was left
    Counter guard_dropped{}, guard_breaches{}, slow_consumers{}, send_failed{};
    std::array<Counter, 16> guard_rules{}; // by guard.hpp's Rule
};

// `metrics` may be null. Errors of listen(): unavailable, invalid_argument (certificate, key or address).
std::unique_ptr<ClientLink> make_enet_link(EnetConfig config, Executor executor, Clock& clock, Entropy& entropy,
                                           EnetMetrics* metrics);

} // namespace harvest::enet
