// Builds ENet datagrams by hand, good ones and hostile ones.
#pragma once

#include "common/adapters/enet/wire_format.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace harvest::enet::test {

class Datagram {
public:
    // The header a stock client writes once it has a peer id.
    explicit Datagram(std::uint16_t peer_id, std::uint8_t session = 0, bool timed = true, std::uint16_t flags = 0)
    {
        const auto head = static_cast<std::uint16_t>(peer_id | session << 12 | (timed ? has_sent_time : 0) | flags);
        put16(head);
        if (timed) put16(0);
    }
    Datagram& command(Command number, std::uint8_t flags, std::uint8_t channel, std::uint16_t sequence)
    {
        put8(static_cast<std::uint8_t>(static_cast<std::uint8_t>(number) | flags));
        put8(channel);
        return put16(sequence);
    }
    Datagram& connect(std::uint32_t id, std::uint32_t mtu = 1400, std::uint32_t channels = 3,
                      std::uint32_t bandwidth = 0)
    {
        command(Command::connect, wants_ack, control_channel, 1);
        put16(0).put8(0xFF).put8(0xFF).put32(mtu).put32(65'536).put32(channels).put32(bandwidth).put32(bandwidth);
        return put32(5'000).put32(2).put32(2).put32(id).put32(7);
    }
    Datagram& ack(std::uint8_t channel, std::uint16_t sequence, std::uint16_t sent_time = 0)
    {
        return command(Command::acknowledge, 0, channel, sequence).put16(sequence).put16(sent_time);
    }
    Datagram& ping(std::uint16_t sequence) { return command(Command::ping, wants_ack, control_channel, sequence); }
    Datagram& reliable(std::uint8_t channel, std::uint16_t sequence, std::size_t length)
    {
        command(Command::send_reliable, wants_ack, channel, sequence).put16(static_cast<std::uint16_t>(length));
        return fill(length);
    }
    Datagram& unreliable(std::uint8_t channel, std::uint16_t sequence, std::uint16_t number, std::size_t length)
    {
        command(Command::send_unreliable, 0, channel, sequence).put16(number).put16(static_cast<std::uint16_t>(length));
        return fill(length);
    }
    struct Piece {
        std::uint16_t start;
        std::uint32_t count, number, total, offset;
        std::size_t length;
    };
    Datagram& fragment(std::uint8_t channel, std::uint16_t sequence, const Piece& piece)
    {
        command(Command::send_fragment, wants_ack, channel, sequence);
        put16(piece.start).put16(static_cast<std::uint16_t>(piece.length));
        put32(piece.count).put32(piece.number).put32(piece.total).put32(piece.offset);
        return fill(piece.length);
    }
    // Piece `number` of a message of `total` bytes cut into `each`, as stock ENet cuts it.
    Datagram& fragment_of(std::uint8_t channel, std::uint16_t start, std::uint32_t total, std::uint32_t each,
                          std::uint32_t number)
    {
        const std::uint32_t count = (total + each - 1) / each;
        const std::uint32_t offset = number * each;
        const std::uint32_t length = number == count - 1 ? total - offset : each;
        return fragment(
            channel, static_cast<std::uint16_t>(start + number),
            {.start = start, .count = count, .number = number, .total = total, .offset = offset, .length = length});
    }
    Datagram& put8(std::uint8_t value)
    {
        bytes.push_back(value);
        return *this;
    }
    Datagram& put16(std::uint16_t value)
    {
        bytes.resize(bytes.size() + 2);
        put_be16(bytes.data() + bytes.size() - 2, value);
        return *this;
    }
    Datagram& put32(std::uint32_t value)
    {
        bytes.resize(bytes.size() + 4);
        put_be32(bytes.data() + bytes.size() - 4, value);
        return *this;
    }
    Datagram& fill(std::size_t length)
    {
        bytes.insert(bytes.end(), length, std::uint8_t{'x'});
        return *this;
    }

    std::vector<std::uint8_t> bytes;
};

} // namespace harvest::enet::test
