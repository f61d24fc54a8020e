#include "tests/bench/tls_load.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace harvest::bench {
namespace {

using Clock = std::chrono::steady_clock;

int connect_to(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int turn = 0; turn < 100; ++turn) {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return descriptor;
        ::close(descriptor);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error(fmt::format("nobody listens on port {}", port));
}

SSL_CTX* client_context()
{
    static SSL_CTX* const context = [] {
        SSL_CTX* made = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
        return made;
    }();
    return context;
}

// Blocks until there is something, and adds all that came to the connection's buffer.
void read_some(Connection& connection)
{
    std::array<char, 16384> bytes;
    do {
        const int got = SSL_read(connection.ssl, bytes.data(), static_cast<int>(bytes.size()));
        if (got <= 0) throw std::runtime_error("the server closed");
        connection.buffer.append(bytes.data(), static_cast<std::size_t>(got));
    } while (SSL_pending(connection.ssl) > 0);
}

} // namespace

double cpu_seconds(pid_t process)
{
    double nanoseconds = 0;
    for (const auto& thread : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process))) {
        std::ifstream file(thread.path() / "schedstat");
        double used = 0;
        file >> used;
        nanoseconds += used;
    }
    return nanoseconds / 1e9;
}

double resident_bytes(pid_t process)
{
    std::ifstream file(fmt::format("/proc/{}/statm", process));
    double total = 0;
    double resident = 0;
    file >> total >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

Connection open_connection(std::uint16_t port)
{
    Connection connection;
    connection.descriptor = connect_to(port);
    connection.ssl = SSL_new(client_context());
    SSL_set_fd(connection.ssl, connection.descriptor);
    if (SSL_connect(connection.ssl) != 1) throw std::runtime_error("TLS handshake failed");
    return connection;
}

void close_connection(Connection& connection)
{
    SSL_shutdown(connection.ssl);
    SSL_free(connection.ssl);
    ::close(connection.descriptor);
}

void write_all(Connection& connection, std::string_view bytes)
{
    if (SSL_write(connection.ssl, bytes.data(), static_cast<int>(bytes.size())) <= 0)
        throw std::runtime_error("the server went away");
}

std::string upgrade(Connection& connection)
{
    write_all(connection, "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: harvest.v1\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    return read_reply(connection, [](std::string_view bytes) {
        const std::size_t end = bytes.find("\r\n\r\n");
        return end == std::string_view::npos ? 0 : end + 4;
    });
}

std::string masked_frame(std::string_view text)
{
    std::string frame{"\x81"};
    if (text.size() < 126) {
        frame.push_back(static_cast<char>(0x80 | text.size()));
    } else {
        frame.push_back(static_cast<char>(0xFE));
        frame.push_back(static_cast<char>(text.size() >> 8));
        frame.push_back(static_cast<char>(text.size() & 0xFF));
    }
    return frame.append(4, '\0').append(text);
}

std::size_t http_reply_size(std::string_view bytes)
{
    constexpr std::string_view name{"Content-Length: "};
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    const std::size_t at = bytes.find(name);
    if (at == std::string_view::npos || at > end) throw std::runtime_error("a reply without Content-Length");
    std::size_t body = 0;
    std::from_chars(bytes.data() + at + name.size(), bytes.data() + end, body);
    return bytes.size() >= end + 4 + body ? end + 4 + body : 0;
}

std::size_t frame_size(std::string_view bytes)
{
    if (bytes.size() < 4) return 0;
    const auto octet = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
    const std::size_t whole = octet(1) < 126 ? 2 + octet(1) : 4 + (octet(2) << 8) + octet(3);
    return bytes.size() >= whole ? whole : 0;
}

std::string read_reply(Connection& connection, const ReplySize& whole)
{
    for (;;) {
        const std::size_t size = whole(connection.buffer);
        if (size > 0) {
            std::string reply = connection.buffer.substr(0, size);
            connection.buffer.erase(0, size);
            return reply;
        }
        read_some(connection);
    }
}

double closed_loop(std::vector<Connection>& connections, pid_t server, std::string_view request, const ReplySize& whole,
                   double seconds)
{
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < connections.size(); ++i) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].descriptor, &event);
        write_all(connections[i], request);
    }
    const double cpu_before = cpu_seconds(server);
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    std::size_t done = 0;
    std::size_t waiting = connections.size();
    std::array<epoll_event, 256> events;
    while (waiting > 0) {
        const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 1000);
        if (count <= 0) throw std::runtime_error("no reply");
        const bool over = Clock::now() >= end;
        for (int i = 0; i < count; ++i) {
            Connection& connection = connections[events[static_cast<std::size_t>(i)].data.u64];
            read_some(connection);
            const std::size_t size = whole(connection.buffer);
            if (size == 0) continue;
            connection.buffer.erase(0, size);
            ++done;
            if (over)
                --waiting;
            else
                write_all(connection, request);
        }
    }
    ::close(epoll);
    return static_cast<double>(done) / (cpu_seconds(server) - cpu_before);
}

} // namespace harvest::bench
