// The client side for bots, tests and daemons' calls to each other: HTTPS and WebSocket over TLS. Certificates are
// always checked, by CA, by the system's store, or by a pinned fingerprint.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/http.hpp"
#include "common/ports/server_link.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace harvest::web {

struct HttpClientConfig {
    std::string ca_pem;              // empty: the system's store
    std::string fingerprint;         // hex SHA-256 of the server's certificate; used instead of CA and name
    std::string cert_pem, key_pem;   // our own, for mutual TLS
    std::size_t max_connections{64}; // to one target; more requests wait, in order
    std::size_t max_waiting{4096};   // of those; more: resource_exhausted
    std::size_t max_response_bytes{16 * 1024 * 1024};
    Millis connect_timeout{};    // for name, socket and TLS; later: unavailable. 0: the call's own deadline
    Millis reuse_within{};       // a connection idle for longer is closed, before the server does. 0: reused
    std::string deadline_header; // carries the milliseconds left when the request leaves; empty: none
};

// One per executor. A GET or HEAD whose kept-alive connection was closed meanwhile is sent once more; any other request
// that may have arrived is in_doubt. Errors besides the port's: permission_denied (certificate refused),
// resource_exhausted, invalid_argument (a header with a line break), canceled.
std::unique_ptr<HttpClients> make_http_clients(HttpClientConfig config, Executor executor, Clock& clock);

struct WssClientConfig {
    std::string ca_pem; // empty: the system's store; Endpoint::fingerprint goes first
    std::string path{"/"};
    std::size_t max_message_bytes{1024 * 1024};
    std::size_t max_unsent_bytes{256 * 1024}; // more: resource_exhausted
    std::size_t max_received{4096};           // messages nobody has fetched; more: the socket is not read
    Millis dead_after{60'000};                // of silence (the server pings every 20 s)
};

// Makes links for the transport "wss", and none for others. One per executor; it must outlive its links. close_reason()
// is "<code> <text>". Errors of connect: unavailable, timed_out, permission_denied (certificate refused),
// failed_precondition (upgrade refused), canceled.
std::unique_ptr<ServerLinks> make_wss_links(WssClientConfig config, Executor executor, Clock& clock);

} // namespace harvest::web
