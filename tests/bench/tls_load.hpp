// A closed-loop client of TLS servers for the benchmarks: each connection sends its request again once the whole reply
// is there, so the server sets the pace. Rates are operations per CPU-second (user + system) of the server's process.
#pragma once
#include <openssl/ssl.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::bench {

struct Connection {
    int descriptor{-1};
    SSL* ssl{};
    std::string buffer;
};

// User and system time that the process has used, over all its threads.
double cpu_seconds(pid_t process);
double resident_bytes(pid_t process);

// Throws std::runtime_error where nobody listens or the handshake fails, as all below do when the server goes away.
Connection open_connection(std::uint16_t port);
void close_connection(Connection& connection);
void write_all(Connection& connection, std::string_view bytes);

// Asks for a WebSocket and gives the head of the reply.
std::string upgrade(Connection& connection);
// One text frame masked with zeros, of up to 65,535 octets (RFC 6455 §5.2).
std::string masked_frame(std::string_view text);

// Octets of the first whole reply in `bytes`, or 0 while it is not whole.
using ReplySize = std::function<std::size_t(std::string_view bytes)>;
std::size_t http_reply_size(std::string_view bytes);
std::size_t frame_size(std::string_view bytes);

// Waits for one whole reply and gives it.
std::string read_reply(Connection& connection, const ReplySize& whole);
double closed_loop(std::vector<Connection>& connections, pid_t server, std::string_view request, const ReplySize& whole,
                   double seconds);

} // namespace harvest::bench
