// Stock ENet, as Godot 3 and Godot 4 use it, against a plain listener.
#include "common/adapters/enet/framing.hpp"
#include "tests/unit/enet/bed.hpp"
#include "tests/unit/enet/datagram.hpp"

#include <catch2/catch.hpp>
#include <enet/enet.h>

namespace harvest::enet::test {
namespace {

struct StockClient {
    StockClient(Bed& in, std::size_t channels, std::uint32_t data) : bed(in)
    {
        host = enet_host_create(nullptr, 1, channels, 0, 0);
        ENetAddress address{};
        enet_address_set_host_ip(&address, "127.0.0.1");
        address.port = bed.link->port();
        peer = enet_host_connect(host, &address, channels, data);
    }
    ~StockClient() { enet_host_destroy(host); }
    // Services the client between turns of the listener until an event of `type` comes.
    bool await(ENetEventType type)
    {
        return bed.run_until([&] {
            while (enet_host_service(host, &event, 0) > 0)
                if (event.type == type) return true;
            return false;
        });
    }
    void send(std::uint8_t channel, const std::vector<std::uint8_t>& bytes, std::uint32_t flags) const
    {
        enet_peer_send(peer, channel, enet_packet_create(bytes.data(), bytes.size(), flags));
    }
    std::string text() const { return {reinterpret_cast<const char*>(event.packet->data), event.packet->dataLength}; }
    Bed& bed;
    ENetHost* host = nullptr;
    ENetPeer* peer = nullptr;
    ENetEvent event{};
};

EnetConfig plain_config()
{
    EnetConfig config;
    config.plain = true;
    return config;
}

std::vector<std::uint8_t> bytes_of(std::string_view text, std::optional<std::uint32_t> godot3 = std::nullopt)
{
    std::vector<std::uint8_t> bytes;
    if (godot3) {
        bytes.resize(godot3_header);
        put_le32(bytes.data(), *godot3);
        put_le32(bytes.data() + 4, 1);
    }
    bytes.insert(bytes.end(), text.begin(), text.end());
    return bytes;
}

TEST_CASE("Godot 3: eight bytes before each message, the reply on the request's channel", "[enet][godot]")
{
    Bed bed(plain_config());
    constexpr std::uint32_t unique_id = 0x5EED1234;
    StockClient client(bed, 3, unique_id);
    REQUIRE(client.await(ENET_EVENT_TYPE_CONNECT));
    for (const std::uint8_t channel : {std::uint8_t{1}, std::uint8_t{2}}) {
        client.send(channel, bytes_of("{\"op\":1}", unique_id),
                    channel == 1 ? std::uint32_t{ENET_PACKET_FLAG_RELIABLE} : 0U);
        REQUIRE(client.await(ENET_EVENT_TYPE_RECEIVE));
        CHECK(client.event.channelID == channel);
        const std::string reply = client.text();
        enet_packet_destroy(client.event.packet);
        REQUIRE(reply.size() == 16);
        CHECK(le32(reinterpret_cast<const std::uint8_t*>(reply.data())) == 1);
        CHECK(le32(reinterpret_cast<const std::uint8_t*>(reply.data()) + 4) == unique_id);
        CHECK(reply.substr(8) == "{\"op\":1}");
        CHECK(bed.events.messages.back() == "{\"op\":1}");
    }
    client.send(1, {1, 2, 3}, ENET_PACKET_FLAG_RELIABLE); // shorter than its header
    CHECK(client.await(ENET_EVENT_TYPE_DISCONNECT));
    CHECK(client.event.data == static_cast<std::uint32_t>(CloseReason::bad_data));
}

TEST_CASE("Godot 4: no header, 255 channels asked for and three given", "[enet][godot]")
{
    Bed bed(plain_config());
    StockClient client(bed, 255, 77);
    REQUIRE(client.await(ENET_EVENT_TYPE_CONNECT));
    CHECK(client.peer->channelCount == 3);
    CHECK(client.peer->mtu == 1'200);
    const std::string large(10'000, 'z');
    for (const std::string& text : {std::string("{\"op\":2}"), large}) {
        client.send(0, bytes_of(text), ENET_PACKET_FLAG_RELIABLE);
        REQUIRE(client.await(ENET_EVENT_TYPE_RECEIVE));
        CHECK(client.event.channelID == 0);
        CHECK(client.text() == text);
        enet_packet_destroy(client.event.packet);
    }
    enet_peer_disconnect(client.peer, 0);
    CHECK(client.await(ENET_EVENT_TYPE_DISCONNECT));
    CHECK(bed.run_until([&] { return bed.events.ended.size() == 1; }));
    CHECK(bed.events.ended.begin()->second == CloseReason::normal);
}

TEST_CASE("a stock client with compression never gets in", "[enet][godot]")
{
    Bed bed(plain_config());
    StockClient client(bed, 3, 0);
    enet_host_compress_with_range_coder(client.host);
    bed.run_until([&] { return enet_host_service(client.host, &client.event, 0) > 0; }, Millis(300));
    CHECK(bed.events.open.empty());
}

TEST_CASE("framing is told by the first packet and the data of CONNECT", "[enet][godot]")
{
    const auto message = bytes_of("{}", 9);
    CHECK(detect_framing(message, 9) == Framing::godot3);
    CHECK(detect_framing(message, 8) == Framing::raw);
    CHECK(detect_framing(bytes_of("{}"), 9) == Framing::raw);
    CHECK(unwrap(Framing::godot3, message) == std::optional<std::string_view>("{}"));
    CHECK(unwrap(Framing::godot3, bytes_of("1234567")) == std::nullopt);
    CHECK(unwrap(Framing::raw, bytes_of("12")) == std::optional<std::string_view>("12"));
    std::array<std::uint8_t, godot3_header> header{};
    CHECK(write_header(Framing::raw, 9, header) == 0);
    CHECK(write_header(Framing::unknown, 9, header) == 0);
    CHECK(write_header(Framing::godot3, 9, header) == 8);
    CHECK(header == std::array<std::uint8_t, 8>{1, 0, 0, 0, 9, 0, 0, 0});
}

} // namespace
} // namespace harvest::enet::test
