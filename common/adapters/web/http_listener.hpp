// HTTP/1.1 over TLS for the port HttpListener, on one thread. Every dimension of a request is bounded (RFC 9110, 9112);
// what the adapter refuses itself it answers with application/problem+json and a `code` that starts with "http.".
#pragma once

#include "common/adapters/web/listener_config.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/http.hpp"

#include <memory>

namespace harvest::web {

struct HttpServerConfig : ListenerConfig {
    std::size_t max_header_bytes{16 * 1024}; // more: 431
    std::size_t max_headers{100};            // more: 431
    std::size_t max_target_bytes{8 * 1024};  // more: 414
    std::size_t max_body_bytes{64 * 1024};   // more: 413
    std::size_t max_requests{100'000};       // on one connection, then it is closed
    std::size_t max_in_flight{4096};         // requests being handled at once; more: 503
    Millis header_timeout{10'000};           // from the first byte of a request (or the TCP connect) to its head
    Millis body_grace{5'000};                // after that a body has to arrive at body_bytes_per_second
    std::size_t body_bytes_per_second{1024};
    Millis idle_timeout{60'000};  // between requests
    Millis write_timeout{30'000}; // the client takes nothing of its reply for so long
    Millis drain_timeout{25'000}; // stop() waits so long for requests in flight, then cancels them
};

class HttpsListener : public HttpListener {
public:
    // Another certificate, key and client CA for new connections, while those that are open end after the request in
    // flight. Errors: invalid_argument (not a pair), after which the old ones stay.
    virtual Result<void> replace_identity(std::string cert_pem, std::string key_pem, std::string client_ca_pem) = 0;
};

// Requests are handled one after the other on a connection; pipelined ones wait in its socket. `remote_address` is
// "unix:<uid>" on a unix socket. Throws std::runtime_error if certificate and key do not fit.
std::unique_ptr<HttpsListener> make_https_listener(HttpServerConfig config, Executor executor, Clock& clock,
                                                   WebCounters& counters);

} // namespace harvest::web
