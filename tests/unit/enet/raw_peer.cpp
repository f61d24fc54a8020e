#include "tests/unit/enet/raw_peer.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace harvest::enet::test {
namespace {

sockaddr_in ipv4(const char* ip, std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, ip, &address.sin_addr);
    return address;
}

} // namespace

UdpSocket::UdpSocket(std::uint16_t to, const char* local_ip, std::uint16_t local_port)
    : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
{
    const sockaddr_in local = ipv4(local_ip, local_port);
    const sockaddr_in remote = ipv4("127.0.0.1", to);
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0);
    REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&remote), sizeof remote) == 0);
}

UdpSocket::~UdpSocket()
{
    ::close(descriptor_);
}

void UdpSocket::send(std::span<const std::uint8_t> bytes) const
{
    [[maybe_unused]] const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), 0);
}

std::vector<Packet> UdpSocket::receive() const
{
    std::vector<Packet> all;
    std::array<std::uint8_t, 4'096> buffer;
    for (ssize_t got = 0; (got = ::recv(descriptor_, buffer.data(), buffer.size(), 0)) > 0;)
        all.emplace_back(buffer.begin(), buffer.begin() + got);
    return all;
}

std::uint16_t UdpSocket::port() const
{
    sockaddr_in local{};
    socklen_t length = sizeof local;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&local), &length);
    return ntohs(local.sin_port);
}

RawPeer::RawPeer(Bed& bed, std::uint16_t local_port)
    : bed_(bed),
      socket_(bed.link->port(), "127.0.0.1", local_port),
      context_(DtlsSide::client("", [this](std::span<const std::uint8_t> bytes) { socket_.send(bytes); }).value()),
      session_dtls_(DtlsSession::connect(*context_, bed.endpoint().fingerprint, "127.0.0.1"))
{
}

bool RawPeer::handshake()
{
    DtlsSession::Step step = session_dtls_->handshake({});
    return bed_.run_until([&] {
        for (const Packet& each : socket_.receive()) step = session_dtls_->handshake(each);
        return step == DtlsSession::Step::ready;
    });
}

bool RawPeer::join()
{
    if (!handshake()) return false;
    send(Datagram(nobody).connect(99));
    return bed_.run_until([&] {
        for (const Packet& each : receive()) {
            constexpr std::size_t verify = 4 + 44;
            if (each.size() < verify || (each[4] & number_mask) != static_cast<std::uint8_t>(Command::verify_connect))
                continue;
            peer_id_ = be16(each.data() + 8);
            session_ = each[11];
            Datagram ack(peer_id_, session_);
            ack.command(Command::acknowledge, 0, control_channel, 1).put16(1).put16(be16(each.data() + 2));
            send(ack);
        }
        return !bed_.events.open.empty() && peer_id_ != nobody;
    });
}

void RawPeer::send(const Datagram& datagram)
{
    session_dtls_->seal(datagram.bytes);
}

std::vector<Packet> RawPeer::receive()
{
    std::vector<Packet> all;
    std::array<std::uint8_t, max_datagram> plain;
    for (const Packet& each : socket_.receive()) {
        session_dtls_->feed(each);
        int got = 0;
        while ((got = session_dtls_->next(plain)) > 0) all.emplace_back(plain.begin(), plain.begin() + got);
        over_ = over_ || got < 0;
    }
    return all;
}

Packet client_hello()
{
    Packet first;
    const auto context = DtlsSide::client("", [&](std::span<const std::uint8_t> bytes) {
                             if (first.empty()) first.assign(bytes.begin(), bytes.end());
                         }).value();
    DtlsSession::connect(*context, "", "127.0.0.1")->handshake({});
    return first;
}

} // namespace harvest::enet::test
