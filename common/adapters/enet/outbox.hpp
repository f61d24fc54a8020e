// Gathers what ENet sends in one turn: several datagrams to one peer (ACKs, then replies) leave as one, so they are
// encrypted and sent once. Stock ENet reads as many commands as a datagram holds.
#pragma once

#include "common/adapters/enet/guard.hpp"
#include "common/adapters/enet/hosts.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace harvest::enet {

class Outbox {
public:
    using Sink = std::function<void(Seat&, std::span<const std::uint8_t>)>;
    explicit Outbox(Sink sink);

    void add(Seat& seat, const ENetBuffer* buffers, std::size_t count);
    void flush();
    void forget(Seat& seat); // before the seat goes

private:
    static constexpr std::size_t header = 4;
    struct Pending {
        Seat* seat = nullptr;
        std::uint16_t head = 0; // peer id and session
        std::uint16_t sent_time = 0;
        bool timed = false;
        std::uint16_t length = 0; // with room for a full header before the commands
        std::array<std::uint8_t, guard_mtu + 200> bytes;
    };
    Pending& open(Seat& seat, std::uint16_t head);
    void send(Pending& pending);

    Sink sink_;
    std::vector<Pending> pending_;
    std::size_t used_ = 0;
};

} // namespace harvest::enet
