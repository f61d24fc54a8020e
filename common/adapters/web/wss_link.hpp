// WebSocket over TLS for the port ClientLink, on one thread. The subprotocol is `harvest.v1` or none; text and binary
// are taken alike, text is sent; no compression. Its idle connections hold no buffers.
#pragma once

#include "common/adapters/web/listener_config.hpp"
#include "common/ports/client_link.hpp"
#include "common/ports/clock.hpp"

#include <memory>
#include <vector>

namespace harvest::web {

struct WssConfig : ListenerConfig {
    WssConfig() { socket_buffer_bytes = 64 * 1024; }
    std::string path{"/"};                         // of the upgrade request; empty: any
    std::vector<std::string> allowed_origins{"*"}; // of browsers; "*": any. Other clients send none
    std::size_t max_message_bytes{16 * 1024};      // more: 1009
    std::size_t max_unsent_messages{64};           // more: closed as slow_consumer
    std::size_t max_unsent_bytes{256 * 1024};      // more: closed as slow_consumer
    std::size_t max_control_frames{200};           // pings, pongs in ten seconds; more: 1008
    Millis handshake_timeout{5'000};               // TCP connect to the upgrade's reply
    Millis ping_interval{20'000};                  // of silence
    Millis dead_after{45'000};                     // of silence: closed as unresponsive
    Millis close_timeout{2'000};                   // for the peer's side of a close
};

// Throws std::runtime_error if certificate and key do not fit.
std::unique_ptr<ClientLink> make_wss_link(WssConfig config, Executor executor, Clock& clock, WebCounters& counters);

} // namespace harvest::web
