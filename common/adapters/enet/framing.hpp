// How a stock Godot client wraps a message: Godot 3 puts 8 bytes before it, Godot 4 and raw ENet clients put none.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace harvest::enet {

enum class Framing : std::uint8_t { unknown, raw, godot3 };

constexpr std::size_t godot3_header = 8;

// From a peer's first packet and the data of its CONNECT, which in Godot 3 is the client's unique id.
Framing detect_framing(std::span<const std::uint8_t> packet, std::uint32_t connect_data);

// The message inside; nothing if a Godot 3 packet is shorter than its header.
std::optional<std::string_view> unwrap(Framing framing, std::span<const std::uint8_t> packet);

// Writes the header that goes before a message to the client; its length, 0 or 8.
std::size_t write_header(Framing framing, std::uint32_t client, std::span<std::uint8_t, godot3_header> out);

} // namespace harvest::enet
