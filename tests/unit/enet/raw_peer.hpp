// A client that does as it likes: real DTLS to the listener, hand-made ENet datagrams inside.
#pragma once

#include "common/adapters/enet/dtls.hpp"
#include "tests/unit/enet/bed.hpp"
#include "tests/unit/enet/datagram.hpp"

#include <vector>

namespace harvest::enet::test {

using Packet = std::vector<std::uint8_t>;

// A connected, non-blocking UDP socket.
class UdpSocket {
public:
    UdpSocket(std::uint16_t to, const char* local_ip = "127.0.0.1", std::uint16_t local_port = 0);
    ~UdpSocket();
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;
    void send(std::span<const std::uint8_t> bytes) const;
    std::vector<Packet> receive() const; // what has come
    std::uint16_t port() const;

private:
    int descriptor_;
};

class RawPeer {
public:
    explicit RawPeer(Bed& bed, std::uint16_t local_port = 0);

    bool handshake();
    bool join(); // handshake, CONNECT, and the ACK that opens the link
    void send(const Datagram& datagram);
    std::vector<Packet> receive(); // decrypted
    Datagram from_client() const { return Datagram(peer_id_, session_); }
    std::uint16_t port() const { return socket_.port(); }
    bool over() const { return over_; } // close_notify came
    const UdpSocket& socket() const { return socket_; }

private:
    Bed& bed_;
    UdpSocket socket_;
    std::unique_ptr<DtlsSide> context_;
    std::unique_ptr<DtlsSession> session_dtls_;
    std::uint16_t peer_id_ = nobody;
    std::uint8_t session_ = 0;
    bool over_ = false;
};

// The first flight of a DTLS client.
Packet client_hello();

} // namespace harvest::enet::test
