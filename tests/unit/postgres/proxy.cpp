#include "tests/unit/postgres/proxy.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>

namespace harvest::test {
namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

} // namespace

Proxy::Proxy(const std::string& dsn)
{
    const std::size_t host = dsn.find('@') + 1, colon = dsn.find(':', host), end = dsn.find('/', host);
    if (host == 0 || colon > end) throw std::runtime_error("the DSN names no port");
    port_ = dsn.substr(colon + 1, end - colon - 1);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, generic, &size) != 0)
        throw std::runtime_error("no port for the proxy");
    dsn_ = dsn.substr(0, host) + "127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + dsn.substr(end);
    acceptor_ = std::thread([this] { accept_loop(); });
}

Proxy::~Proxy()
{
    closing_ = true;
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    ::close(listener_);
}

void Proxy::accept_loop()
{
    while (!closing_) {
        pollfd entry{listener_, POLLIN, 0};
        if (::poll(&entry, 1, 10) <= 0) continue;
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client >= 0) threads_.emplace_back([this, client] { carry(client); });
    }
}

void Proxy::carry(int client)
{
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(std::stoi(port_));
    bool open =
        mode_ != Mode::refuse && ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    while (open && !closing_ && mode_ != Mode::refuse) {
        if (mode_ == Mode::stall) {
            std::this_thread::sleep_for(5ms);
            continue;
        }
        std::array<pollfd, 2> entries{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
        if (::poll(entries.data(), entries.size(), 10) <= 0) continue;
        if (mode_ == Mode::stall) continue;
        if (entries[0].revents) open = forward(client, server, true);
        if (open && entries[1].revents) open = forward(server, client, false);
    }
    ::close(client);
    ::close(server);
}

bool Proxy::forward(int from, int to, bool to_server)
{
    std::array<char, 65'536> buffer{};
    const ssize_t length = ::recv(from, buffer.data(), buffer.size(), 0);
    if (length <= 0) return false;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(length));
    if (::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL) != length) return false;
    auto expected = Mode::cut_at_commit;
    if (!to_server || bytes.find("COMMIT") == std::string_view::npos) return true;
    if (!mode_.compare_exchange_strong(expected, Mode::pass)) return true;
    std::this_thread::sleep_for(300ms); // the server commits
    ++cuts_;
    return false;
}

} // namespace harvest::test
