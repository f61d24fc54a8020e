#include "common/adapters/web/acceptor.hpp"

#include "common/base/address_key.hpp"
#include "common/base/log.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace harvest::web {
namespace {

union AnyAddress {
    sockaddr_storage storage;
    sockaddr generic;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un local;
};

Error bind_error()
{
    if (errno == EADDRINUSE) return Errc::unavailable;
    if (errno == EACCES || errno == EPERM) return Errc::permission_denied;
    return errno == EADDRNOTAVAIL || errno == EINVAL || errno == ENAMETOOLONG ? Errc::invalid_argument
                                                                              : Errc::unavailable;
}

std::string text_of(const AnyAddress& address, int descriptor)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.generic.sa_family == AF_INET) {
        ::inet_ntop(AF_INET, &address.v4.sin_addr, text.data(), text.size());
        return text.data();
    }
    if (address.generic.sa_family == AF_INET6) {
        if (IN6_IS_ADDR_V4MAPPED(&address.v6.sin6_addr))
            ::inet_ntop(AF_INET, &address.v6.sin6_addr.s6_addr[12], text.data(), text.size());
        else
            ::inet_ntop(AF_INET6, &address.v6.sin6_addr, text.data(), text.size());
        return text.data();
    }
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "unix:";
    return "unix:" + std::to_string(peer.uid);
}

bool set_option(int descriptor, int level, int name, int value)
{
    return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

} // namespace

int inherited_socket(std::string_view name)
{
    const char* pid = std::getenv("LISTEN_PID");
    const char* count = std::getenv("LISTEN_FDS");
    const char* names = std::getenv("LISTEN_FDNAMES");
    if (!pid || !count || !names || std::atoi(pid) != ::getpid()) return -1;
    std::string_view rest{names};
    for (int index = 0; index < std::atoi(count); ++index) {
        const auto colon = rest.find(':');
        if (rest.substr(0, colon) == name) return 3 + index; // SD_LISTEN_FDS_START
        if (colon == std::string_view::npos) break;
        rest.remove_prefix(colon + 1);
    }
    return -1;
}

Acceptor::Acceptor(const ListenerConfig& config, Poller& poller, WebCounters& counters, Accepted accepted)
    : config_(config),
      poller_(poller),
      counters_(counters),
      accepted_(std::move(accepted))
{
}

Acceptor::~Acceptor()
{
    close();
}

Result<int> Acceptor::make_unix_socket()
{
    AnyAddress at{};
    at.local.sun_family = AF_UNIX;
    if (config_.unix_socket.size() >= sizeof at.local.sun_path) return Errc::invalid_argument;
    std::memcpy(at.local.sun_path, config_.unix_socket.data(), config_.unix_socket.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return Errc::unavailable;
    // A socket that nobody answers on was left by a process that is gone.
    if (::connect(descriptor, &at.generic, sizeof at.local) != 0 && errno == ECONNREFUSED)
        ::unlink(config_.unix_socket.c_str());
    ::close(descriptor);
    const int fresh = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fresh < 0) return Errc::unavailable;
    const mode_t before = ::umask(0177);
    const int bound = ::bind(fresh, &at.generic, sizeof at.local);
    const Error error = bound == 0 ? Error() : bind_error();
    ::umask(before);
    if (error) {
        ::close(fresh);
        return error;
    }
    return fresh;
}

Result<int> Acceptor::make_socket()
{
    AnyAddress at{};
    socklen_t size = sizeof at.v4;
    if (::inet_pton(AF_INET, config_.address.c_str(), &at.v4.sin_addr) == 1) {
        at.v4.sin_family = AF_INET;
        at.v4.sin_port = htons(config_.port);
    } else if (::inet_pton(AF_INET6, config_.address.c_str(), &at.v6.sin6_addr) == 1) {
        at.v6.sin6_family = AF_INET6;
        at.v6.sin6_port = htons(config_.port);
        size = sizeof at.v6;
    } else {
        return Errc::invalid_argument;
    }
    const int descriptor = ::socket(at.generic.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return Errc::unavailable;
    set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
    if (config_.reuse_port) set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
    if (at.generic.sa_family == AF_INET6) set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (::bind(descriptor, &at.generic, size) != 0) {
        const Error error = bind_error();
        ::close(descriptor);
        return error;
    }
    return descriptor;
}

Result<void> Acceptor::open()
{
    if (config_.inherited_socket >= 0) {
        descriptor_ = ::fcntl(config_.inherited_socket, F_DUPFD_CLOEXEC, 3);
        if (descriptor_ < 0) return Errc::invalid_argument;
        ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
    } else {
        const Result<int> made = config_.unix_socket.empty() ? make_socket() : make_unix_socket();
        if (!made) return made.error();
        descriptor_ = *made;
        if (::listen(descriptor_, 4096) != 0) {
            const Error error = bind_error();
            close();
            return error;
        }
    }
    // What is accepted inherits these.
    if (config_.unix_socket.empty()) set_option(descriptor_, IPPROTO_TCP, TCP_NODELAY, 1);
    if (config_.socket_buffer_bytes > 0) {
        set_option(descriptor_, SOL_SOCKET, SO_SNDBUF, config_.socket_buffer_bytes);
        set_option(descriptor_, SOL_SOCKET, SO_RCVBUF, config_.socket_buffer_bytes);
    }
    AnyAddress at{};
    socklen_t size = sizeof at;
    if (::getsockname(descriptor_, &at.generic, &size) == 0) {
        if (at.generic.sa_family == AF_INET) port_ = ntohs(at.v4.sin_port);
        if (at.generic.sa_family == AF_INET6) port_ = ntohs(at.v6.sin6_port);
    }
    if (!poller_.add(descriptor_, EPOLLIN, *this)) {
        close();
        return Errc::unavailable;
    }
    return {};
}

void Acceptor::close()
{
    if (descriptor_ < 0) return;
    poller_.remove(descriptor_);
    ::close(std::exchange(descriptor_, -1));
    if (!config_.unix_socket.empty() && config_.inherited_socket < 0) ::unlink(config_.unix_socket.c_str());
}

bool Acceptor::admit(const std::string& address)
{
    if (open_ >= config_.max_connections) {
        ++counters_.refused_total;
        return false;
    }
    auto& count = by_address_[address_key(address)];
    if (count >= config_.max_connections_per_address) {
        ++counters_.refused_address;
        return false;
    }
    ++count;
    ++open_;
    ++counters_.accepted;
    return true;
}

void Acceptor::release(const std::string& address)
{
    --open_;
    ++counters_.closed;
    const auto found = by_address_.find(address_key(address));
    if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

void Acceptor::resume()
{
    if (!paused_ || descriptor_ < 0) return;
    paused_ = false;
    poller_.change(descriptor_, EPOLLIN, *this);
}

void Acceptor::ready(std::uint32_t)
{
    // One at a time costs no empty accept; as long as more are waiting the batches double.
    const int turns = burst_;
    burst_ = std::min(2 * burst_, 64);
    for (int turn = 0; turn < turns && descriptor_ >= 0; ++turn) {
        AnyAddress from{};
        socklen_t size = sizeof from;
        const int accepted = ::accept4(descriptor_, &from.generic, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            burst_ = 1;
            if (errno != EAGAIN && errno != EWOULDBLOCK) { // EMFILE and the like: wait for the next tick
                log::warn("connections wait: no descriptor left", {{"error.code", errno}});
                paused_ = true;
                poller_.change(descriptor_, 0, *this);
            }
            return;
        }
        std::string address = text_of(from, accepted);
        if (!admit(address)) {
            ::close(accepted);
            continue;
        }
        accepted_(accepted, std::move(address));
    }
}

} // namespace harvest::web
