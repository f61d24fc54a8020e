#include "common/adapters/web/connect.hpp"

#include "common/adapters/web/alarm.hpp"

#include <arpa/inet.h>
#include <boost/asio/ip/tcp.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

namespace harvest::web {
namespace {

template <class T>
SocketAddress bytes_of(const T& address, std::size_t size = sizeof(T))
{
    SocketAddress bytes(size);
    std::memcpy(bytes.data(), &address, size);
    return bytes;
}

bool literal(const std::string& host, std::uint16_t port, SocketAddress& out)
{
    sockaddr_in v4{};
    if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        out = bytes_of(v4);
        return true;
    }
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1) return false;
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    out = bytes_of(v6);
    return true;
}

std::vector<std::string> texts_of(const asio::ip::tcp::resolver::results_type& results)
{
    std::vector<std::string> out;
    for (const bool v4 : {true, false})
        for (const auto& result : results) {
            const auto address = result.endpoint().address();
            if (address.is_v4() != v4) continue;
            std::string text = address.to_string();
            if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
        }
    return out;
}

// Outlives its waiter: getaddrinfo() cannot be interrupted.
struct Lookup {
    explicit Lookup(const Executor& executor) : resolver(executor), alarm(executor) {}
    asio::ip::tcp::resolver resolver;
    Alarm alarm;
    SocketAddress found;
    std::vector<std::string> all;
};

} // namespace

AsyncResult<SocketAddress> resolve(Executor executor, const Clock& clock, std::string host, std::uint16_t port,
                                   Deadline by)
{
    SocketAddress address;
    if (literal(host, port, address)) co_return address;
    const auto lookup = std::make_shared<Lookup>(executor);
    auto done = [lookup](const boost::system::error_code& error, const asio::ip::tcp::resolver::results_type& results) {
        for (const auto& result : results) {
            const auto endpoint = result.endpoint();
            if (error || (!lookup->found.empty() && !endpoint.address().is_v4())) continue;
            lookup->found.resize(endpoint.size());
            std::memcpy(lookup->found.data(), endpoint.data(), endpoint.size());
            if (endpoint.address().is_v4()) break; // preferred: listeners of one machine often have no other
        }
        lookup->alarm.ring();
    };
    lookup->resolver.async_resolve(host, std::to_string(port), std::move(done));
    const Alarm::Woken woken = co_await lookup->alarm.wait(clock, by);
    if (woken == Alarm::Woken::timed_out) co_return Errc::timed_out;
    if (woken == Alarm::Woken::canceled) co_return Errc::canceled;
    if (lookup->found.empty()) co_return Errc::unavailable;
    co_return lookup->found;
}

AsyncResult<std::vector<std::string>> resolve_all(Executor executor, const Clock& clock, std::string host, Deadline by)
{
    if (is_literal_address(host)) co_return std::vector<std::string>(1, host);
    const auto lookup = std::make_shared<Lookup>(executor);
    auto done = [lookup](const boost::system::error_code& error, const asio::ip::tcp::resolver::results_type& results) {
        if (!error) lookup->all = texts_of(results);
        lookup->alarm.ring();
    };
    lookup->resolver.async_resolve(host, "", std::move(done));
    const Alarm::Woken woken = co_await lookup->alarm.wait(clock, by);
    if (woken == Alarm::Woken::timed_out) co_return Errc::timed_out;
    if (woken == Alarm::Woken::canceled) co_return Errc::canceled;
    if (lookup->all.empty()) co_return Errc::unavailable;
    co_return lookup->all;
}

bool is_literal_address(const std::string& host)
{
    SocketAddress ignored;
    return literal(host, 0, ignored);
}

Result<SocketAddress> unix_address(const std::string& path)
{
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path) return Errc::invalid_argument;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return bytes_of(address);
}

Result<int> start_connect(const SocketAddress& to, const std::string& local_address)
{
    sa_family_t family{};
    std::memcpy(&family, to.data() + offsetof(sockaddr, sa_family), sizeof family);
    const int descriptor = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return Errc::unavailable;
    const int on = 1;
    if (family != AF_UNIX) ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!local_address.empty() && family != AF_UNIX) {
        SocketAddress from;
        // The port is chosen at connect: many sources may then share it.
        ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (!literal(local_address, 0, from) || ::bind(descriptor, reinterpret_cast<const sockaddr*>(from.data()),
                                                       static_cast<socklen_t>(from.size())) != 0) {
            ::close(descriptor);
            return Errc::invalid_argument;
        }
    }
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(to.data()), static_cast<socklen_t>(to.size())) != 0 &&
        errno != EINPROGRESS) {
        ::close(descriptor);
        return Errc::unavailable;
    }
    return descriptor;
}

bool has_connected(int descriptor)
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

} // namespace harvest::web
