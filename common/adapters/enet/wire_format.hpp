// ENet's wire format as this project reads it (protocol of ENet 1.3, big endian): only what the guard has to know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace harvest::enet {

enum class Command : std::uint8_t {
    acknowledge = 1,
    connect,
    verify_connect,
    disconnect,
    ping,
    send_reliable,
    send_unreliable,
    send_fragment,
    send_unsequenced,
    bandwidth_limit,
    throttle_configure,
    send_unreliable_fragment,
};

// Bytes of a command before its payload; 0 for a number that means nothing.
constexpr std::size_t command_size(std::uint8_t number)
{
    constexpr std::size_t sizes[16] = {0, 8, 48, 44, 8, 4, 6, 8, 24, 8, 12, 16, 24, 0, 0, 0};
    return sizes[number & 0x0F];
}

constexpr std::uint8_t wants_ack = 0x80;        // in a command's first byte
constexpr std::uint8_t unsequenced = 0x40;      // as well
constexpr std::uint8_t number_mask = 0x0F;      // as well
constexpr std::uint16_t has_sent_time = 0x8000; // in a datagram's first two bytes
constexpr std::uint16_t compressed = 0x4000;
constexpr std::uint16_t nobody = 0x0FFF; // the peer id of one who has none yet
constexpr std::uint8_t control_channel = 0xFF;

constexpr std::uint16_t be16(const std::uint8_t* at)
{
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

constexpr std::uint32_t be32(const std::uint8_t* at)
{
    return static_cast<std::uint32_t>(be16(at)) << 16 | be16(at + 2);
}

constexpr std::uint32_t le32(const std::uint8_t* at)
{
    return static_cast<std::uint32_t>(at[3]) << 24 | static_cast<std::uint32_t>(at[2]) << 16 |
           static_cast<std::uint32_t>(at[1]) << 8 | at[0];
}

constexpr void put_be16(std::uint8_t* at, std::uint16_t value)
{
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}

constexpr void put_be32(std::uint8_t* at, std::uint32_t value)
{
    put_be16(at, static_cast<std::uint16_t>(value >> 16));
    put_be16(at + 2, static_cast<std::uint16_t>(value));
}

constexpr void put_le32(std::uint8_t* at, std::uint32_t value)
{
    for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

} // namespace harvest::enet
