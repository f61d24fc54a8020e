#include "common/adapters/enet/framing.hpp"

#include "common/adapters/enet/wire_format.hpp"

namespace harvest::enet {

Framing detect_framing(std::span<const std::uint8_t> packet, std::uint32_t connect_data)
{
    const bool godot3 = packet.size() >= godot3_header && le32(packet.data()) == connect_data;
    return godot3 ? Framing::godot3 : Framing::raw;
}

std::optional<std::string_view> unwrap(Framing framing, std::span<const std::uint8_t> packet)
{
    const std::size_t skip = framing == Framing::godot3 ? godot3_header : 0;
    if (packet.size() < skip) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(packet.data()) + skip, packet.size() - skip);
}

std::size_t write_header(Framing framing, std::uint32_t client, std::span<std::uint8_t, godot3_header> out)
{
    if (framing != Framing::godot3) return 0;
    constexpr std::uint32_t server = 1;
    put_le32(out.data(), server);
    put_le32(out.data() + 4, client);
    return godot3_header;
}

} // namespace harvest::enet
