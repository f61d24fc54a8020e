// One unconnected UDP socket that moves datagrams in batches (recvmmsg, sendmmsg).
#pragma once

#include "common/adapters/enet/address.hpp"
#include "common/adapters/enet/dtls.hpp"
#include "common/base/result.hpp"

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace harvest::enet {

class BatchSocket {
public:
    static constexpr std::size_t batch = 64;
    BatchSocket();
    ~BatchSocket();

    // Errors: invalid_argument (not a literal address), unavailable (in use).
    Result<void> open(const std::string& host, std::uint16_t port);
    void close();
    int descriptor() const { return descriptor_; }
    std::uint16_t port() const { return port_; }

    struct Datagram {
        Address from;
        std::span<const std::uint8_t> bytes;
    };
    // Up to `batch` datagrams, valid until the next call.
    std::span<const Datagram> receive();
    // Queued until flush() or until the batch is full. What the kernel has no room for is lost, as UDP is.
    void send(const Address& to, std::span<const std::uint8_t> bytes);
    // Datagrams that left.
    std::size_t flush();

private:
    struct Buffers;
    int descriptor_ = -1;
    int family_ = 0;
    std::uint16_t port_ = 0;
    std::unique_ptr<Buffers> buffers_;
    std::size_t queued_ = 0;
};

} // namespace harvest::enet
