#include "common/adapters/enet/socket.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace harvest::enet {
namespace {

constexpr int buffer_bytes = 4 * 1024 * 1024;

void grow(int descriptor, int forced, int plain)
{
    if (setsockopt(descriptor, SOL_SOCKET, forced, &buffer_bytes, sizeof buffer_bytes) != 0)
        setsockopt(descriptor, SOL_SOCKET, plain, &buffer_bytes, sizeof buffer_bytes);
}

} // namespace

struct BatchSocket::Buffers {
    struct Side {
        std::array<mmsghdr, batch> headers{};
        std::array<iovec, batch> vectors{};
        std::array<sockaddr_storage, batch> addresses{};
        std::array<std::array<std::uint8_t, max_datagram>, batch> bytes;
        Side()
        {
            for (std::size_t i = 0; i < batch; ++i) {
                vectors[i] = {bytes[i].data(), bytes[i].size()};
                headers[i].msg_hdr.msg_iov = &vectors[i];
                headers[i].msg_hdr.msg_iovlen = 1;
                headers[i].msg_hdr.msg_name = &addresses[i];
                headers[i].msg_hdr.msg_namelen = sizeof addresses[i];
            }
        }
    };
    Side in, out;
    std::array<Datagram, batch> datagrams;
};

BatchSocket::BatchSocket() = default;

BatchSocket::~BatchSocket()
{
    close();
}

Result<void> BatchSocket::open(const std::string& host, std::uint16_t port)
{
    sockaddr_storage address{};
    socklen_t length = 0;
    sockaddr_in four{};
    sockaddr_in6 six{};
    if (inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        std::memcpy(&address, &four, length = sizeof four);
    } else if (inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(port);
        std::memcpy(&address, &six, length = sizeof six);
    } else {
        return Errc::invalid_argument;
    }
    family_ = address.ss_family;
    descriptor_ = ::socket(family_, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0) return Errc::unavailable;
    const int no = 0;
    if (family_ == AF_INET6) setsockopt(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    grow(descriptor_, SO_RCVBUFFORCE, SO_RCVBUF);
    grow(descriptor_, SO_SNDBUFFORCE, SO_SNDBUF);
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
        close();
        return Errc::unavailable;
    }
    length = sizeof address;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = from_sockaddr(address).port;
    buffers_ = std::make_unique<Buffers>();
    return {};
}

void BatchSocket::close()
{
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

std::span<const BatchSocket::Datagram> BatchSocket::receive()
{
    if (descriptor_ < 0) return {};
    Buffers::Side& in = buffers_->in;
    for (std::size_t i = 0; i < batch; ++i) in.headers[i].msg_hdr.msg_namelen = sizeof in.addresses[i];
    const int got = ::recvmmsg(descriptor_, in.headers.data(), batch, MSG_DONTWAIT, nullptr);
    std::size_t kept = 0;
    for (int i = 0; i < got; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (in.headers[at].msg_hdr.msg_flags & MSG_TRUNC) continue;
        buffers_->datagrams[kept++] = {from_sockaddr(in.addresses[at]), {in.bytes[at].data(), in.headers[at].msg_len}};
    }
    return {buffers_->datagrams.data(), kept};
}

void BatchSocket::send(const Address& to, std::span<const std::uint8_t> bytes)
{
    if (descriptor_ < 0 || bytes.size() > max_datagram) return;
    if (queued_ == batch) flush();
    Buffers::Side& out = buffers_->out;
    std::copy(bytes.begin(), bytes.end(), out.bytes[queued_].begin());
    out.vectors[queued_].iov_len = bytes.size();
    out.headers[queued_].msg_hdr.msg_namelen = to_sockaddr(to, family_, out.addresses[queued_]);
    ++queued_;
}

std::size_t BatchSocket::flush()
{
    std::size_t sent = 0;
    std::size_t at = 0;
    while (at < queued_ && descriptor_ >= 0) {
        const int done = ::sendmmsg(descriptor_, buffers_->out.headers.data() + at, static_cast<unsigned>(queued_ - at),
                                    MSG_DONTWAIT);
        if (done > 0)
            sent += static_cast<std::size_t>(done);
        else if (errno == EAGAIN)
            break;
        at += done > 0 ? static_cast<std::size_t>(done) : 1; // the one the kernel refused is lost
    }
    queued_ = 0;
    return sent;
}

} // namespace harvest::enet
