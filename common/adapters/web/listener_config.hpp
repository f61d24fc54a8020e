// Where a listener binds and whom it lets in; shared by HTTP and WebSocket.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace harvest::web {

struct ListenerConfig {
    std::string address{"127.0.0.1"};    // literal IPv4 or IPv6 address
    std::uint16_t port{};                // 0: the kernel chooses, see port()
    std::string unix_socket;             // path; used instead of address and port; mode 0600; never with TLS
    int inherited_socket{-1};            // a listening descriptor (socket activation); it is duplicated
    bool reuse_port{};                   // several slots listen on one port
    bool tls{true};                      // false only on loopback
    std::string cert_pem, key_pem;       // the chain, leaf first, and its key
    std::string client_ca_pem;           // mutual TLS: only clients with a certificate of this CA
    std::size_t max_connections{20'000}; // in all; more are closed at once
    std::size_t max_connections_per_address{256};
    int socket_buffer_bytes{}; // of the kernel's buffers of a connection; 0: as the kernel sees fit
};

// What happened on a listener; the caller owns it, several listeners may share one, any thread may read it.
struct WebCounters {
    std::atomic<std::uint64_t> accepted, refused_total, refused_address, closed; // connections
    std::atomic<std::uint64_t> handshakes, handshakes_resumed, handshakes_failed;
    std::atomic<std::uint64_t> requests, rejected, timed_out; // HTTP: answered, refused by the adapter, too slow
    std::atomic<std::uint64_t> messages_in, messages_out, slow_consumers, unresponsive, breaches; // WebSocket
};

// The descriptor that systemd passed under that name (LISTEN_FDNAMES), or -1.
int inherited_socket(std::string_view name);

} // namespace harvest::web
