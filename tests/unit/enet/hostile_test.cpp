// Peers that attack the listener, and those beside them that must not notice.
#include "common/adapters/enet/guard.hpp"
#include "tests/unit/enet/raw_peer.hpp"

#include <catch2/catch.hpp>
#include <malloc.h>

namespace harvest::enet::test {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool heap_is_measured = false;
#elif defined(__has_feature)
constexpr bool heap_is_measured = !__has_feature(address_sanitizer);
#else
constexpr bool heap_is_measured = true;
#endif

std::size_t heap_in_use()
{
    return mallinfo2().uordblks;
}

// The hello again, with the cookie put in (record and message lengths grow by as much).
Packet with_cookie(Packet hello, std::span<const std::uint8_t> cookie)
{
    const std::size_t at = 13 + 12 + 2 + 32 + 1 + hello[13 + 12 + 34];
    hello[at] = static_cast<std::uint8_t>(cookie.size());
    hello.insert(hello.begin() + static_cast<std::ptrdiff_t>(at) + 1, cookie.begin(), cookie.end());
    put_be16(hello.data() + 11, static_cast<std::uint16_t>(hello.size() - 13));
    put_be16(hello.data() + 15, static_cast<std::uint16_t>(hello.size() - 25));
    put_be16(hello.data() + 23, static_cast<std::uint16_t>(hello.size() - 25));
    hello[18] = 1; // message number
    hello[10] = 1; // record number
    return hello;
}

// A record with the first byte of a ClientKeyExchange (RFC 6347 §4.2.2) that says it is 100 KiB long.
Packet first_of_many(std::uint8_t number)
{
    Packet record{22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, number, 0, 13};
    const Packet message{16, 0x01, 0x90, 0x00, 0, number, 0, 0, 0, 0, 0, 1, 0};
    record.insert(record.end(), message.begin(), message.end());
    return record;
}

TEST_CASE("T25: hellos without a cookie cost no memory and no more bytes out than in", "[enet]")
{
    Bed bed;
    const UdpSocket attacker(bed.link->port(), "127.0.0.9");
    const Packet hello = client_hello();
    std::size_t in = 0;
    std::size_t out = 0;
    std::size_t before = 0;
    for (int i = 0; i < 10'000; ++i) {
        if (i == 1'000) before = heap_in_use(); // Asio and the kernel have warmed up
        attacker.send(hello);
        in += hello.size();
        if (i % 50 != 49) continue;
        bed.run_for(Millis(1));
        for (const Packet& each : attacker.receive()) out += each.size();
    }
    bed.run_for(Millis(20));
    for (const Packet& each : attacker.receive()) out += each.size();
    INFO("in " << in << " out " << out);
    CHECK(out > 0);
    CHECK(out <= in);
    CHECK(bed.metrics.links == 0);
    if (heap_is_measured) CHECK(heap_in_use() <= before + 4'096);
}

TEST_CASE("T25: messages that say they are long get no room before they have come", "[enet]")
{
    Bed bed;
    const UdpSocket attacker(bed.link->port());
    const Packet hello = client_hello();
    attacker.send(hello);
    bed.run_for(Millis(20));
    const auto asked = attacker.receive();
    REQUIRE(asked.size() == 1);
    attacker.send(with_cookie(hello, std::span(asked.front()).last(20)));
    bed.run_for(Millis(20));
    CHECK_FALSE(attacker.receive().empty());
    const std::size_t before = heap_in_use();
    for (std::uint8_t number = 3; number < 12; ++number) attacker.send(first_of_many(number));
    bed.run_for(Millis(20));
    if (heap_is_measured) CHECK(heap_in_use() <= before + 32 * 1024);
}

TEST_CASE("T25: a cookie is good for its own address and hello only", "[enet]")
{
    Bed bed;
    const auto answer_to = [&](const UdpSocket& socket, const Packet& bytes) {
        socket.send(bytes);
        bed.run_for(Millis(20));
        return socket.receive();
    };
    const UdpSocket victim(bed.link->port());
    const Packet hello = client_hello();
    const auto first = answer_to(victim, hello);
    REQUIRE(first.size() == 1);
    REQUIRE(first.front().size() == 48);
    const std::span<const std::uint8_t> cookie = std::span(first.front()).last(20);

    SECTION("foreign address")
    {
        const UdpSocket other(bed.link->port());
        const auto reply = answer_to(other, with_cookie(hello, cookie));
        REQUIRE(reply.size() == 1);
        CHECK(reply.front().size() == 48); // asked again
        CHECK(bed.metrics.links == 0);
    }
    SECTION("another hello")
    {
        CHECK(answer_to(victim, with_cookie(client_hello(), cookie)).front().size() == 48);
        CHECK(bed.metrics.links == 0);
    }
    SECTION("an invented cookie")
    {
        const Packet invented(20, 0x55);
        CHECK(answer_to(victim, with_cookie(hello, invented)).front().size() == 48);
        CHECK(answer_to(victim, with_cookie(hello, std::span(invented).first(5))).front().size() == 48);
        CHECK(bed.metrics.links == 0);
    }
    SECTION("in fragments")
    {
        Packet cut = with_cookie(hello, cookie);
        cut[24] = static_cast<std::uint8_t>(cut[24] - 1); // the fragment is one byte shorter than the message
        cut.pop_back();
        put_be16(cut.data() + 11, static_cast<std::uint16_t>(cut.size() - 13));
        CHECK(answer_to(victim, cut).empty());
        CHECK(bed.metrics.links == 0);
    }
    SECTION("its own")
    {
        const auto reply = answer_to(victim, with_cookie(hello, cookie));
        REQUIRE_FALSE(reply.empty());
        CHECK(reply.front().size() > 48);
        CHECK(bed.metrics.links == 1);
    }
}

// Every attack of the guard's table and the list of bad inputs for ENet, from a joined peer.
void attack(RawPeer& peer, const std::string& name)
{
    Datagram datagram = peer.from_client();
    if (name == "fragment bomb")
        datagram.fragment(0, 1, {.start = 1, .count = 1U << 20, .number = 0, .total = 1, .offset = 0, .length = 1});
    if (name == "unreliable fragment bomb")
        datagram.command(Command::send_unreliable_fragment, 0, 0, 0)
            .put16(1)
            .put16(1)
            .put32(1U << 20)
            .put32(0)
            .put32(1)
            .put32(0)
            .fill(1);
    if (name == "totals changed midway") {
        peer.send(peer.from_client().fragment_of(0, 1, 3'000, 1'000, 1));
        datagram.fragment_of(0, 1, 2'800, 1'000, 2);
    }
    if (name == "overlapping fragments") {
        peer.send(peer.from_client().fragment_of(0, 1, 3'000, 1'000, 1));
        datagram.fragment_of(0, 2, 3'000, 1'000, 1);
    }
    if (name == "zero length") datagram.reliable(0, 2, 0);
    if (name == "channel 200") datagram.reliable(200, 1, 5);
    if (name == "another CONNECT") datagram = Datagram(nobody).connect(100);
    if (name == "extreme throttle")
        datagram.command(Command::throttle_configure, wants_ack, control_channel, 2).put32(0).put32(0).put32(1U << 31);
    if (name == "bandwidth 2^32-1")
        datagram.command(Command::bandwidth_limit, wants_ack, control_channel, 2).put32(0xFFFFFFFF).put32(0xFFFFFFFF);
    if (name == "unknown command") datagram.command(static_cast<Command>(14), wants_ack, 0, 1).fill(20);
    if (name == "unsequenced") datagram.command(Command::send_unsequenced, 0x40, 0, 0).put16(1).put16(1).put8(1);
    if (name == "cut header") datagram.put8(0x86).put8(0);
    if (name == "compression flag") datagram = Datagram(0, 0, true, compressed).ping(1);
    if (name == "another's peer id") datagram = Datagram(1'234, 0).ping(1);
    peer.send(datagram);
}

TEST_CASE("T26: a hostile peer is closed within a second and nobody else notices", "[enet]")
{
    Bed bed;
    const auto name = GENERATE(as<std::string>{}, "fragment bomb", "unreliable fragment bomb", "totals changed midway",
                               "overlapping fragments", "zero length", "channel 200", "another CONNECT",
                               "extreme throttle", "bandwidth 2^32-1", "unknown command", "unsequenced", "cut header",
                               "compression flag", "another's peer id");
    INFO(name);
    RawPeer hostile(bed);
    REQUIRE(hostile.join());
    const LinkId enemy = bed.events.open.front().id;
    auto honest = make_enet_client(bed.io.get_executor(), {}, bed.clock, "");
    bed.run([&]() -> Task<void> {
        Endpoint endpoint = bed.endpoint();
        const Result<void> connected = co_await honest->connect(std::move(endpoint), bed.within(Millis(5'000)));
        REQUIRE(connected.has_value());
    });
    attack(hostile, name);
    REQUIRE(bed.run_until([&] { return bed.events.ended.count(enemy) == 1; }));
    CHECK(bed.events.ended[enemy] == CloseReason::protocol_error);
    CHECK(bed.metrics.guard_breaches == 1);
    hostile.receive();
    CHECK(hostile.over());
    bed.run([&]() -> Task<void> {
        REQUIRE(honest->send("{}").has_value());
        const Result<std::string> reply = co_await honest->receive(bed.within(Millis(5'000)));
        REQUIRE(reply.has_value());
    });
    CHECK(bed.events.ended.size() == 1);
}

TEST_CASE("T26: what is merely too much is dropped and the peer lives", "[enet]")
{
    Bed bed;
    bed.events.echo = false; // this peer would not acknowledge the replies
    RawPeer peer(bed);
    REQUIRE(peer.join());
    for (std::uint16_t i = 2; i < 1'000; ++i) {
        peer.send(peer.from_client().reliable(0, i, 200));
        if (i % 32 == 0) bed.run_for(Millis(1));
    }
    for (int i = 0; i < 1'000; ++i) peer.send(Datagram(nobody).connect(99)); // the same id: a repeat
    bed.run_for(Millis(100));
    CHECK(bed.events.ended.empty());
    CHECK(bed.metrics.guard_dropped > 700);
    CHECK(bed.metrics.guard_breaches == 0);
    peer.send(peer.from_client().reliable(0, 1, 200));
    CHECK(bed.run_until([&] { return bed.events.messages.size() >= 100; }));
}

TEST_CASE("T32: a client that stops reading is closed at 64 messages or 256 KiB, the others lose nothing", "[enet]")
{
    Bed bed;
    RawPeer slow(bed); // acknowledges nothing after it has joined
    REQUIRE(slow.join());
    const LinkId id = bed.events.open.front().id;
    auto other = make_enet_client(bed.io.get_executor(), {}, bed.clock, "");
    bed.run([&]() -> Task<void> {
        Endpoint endpoint = bed.endpoint();
        const Result<void> connected = co_await other->connect(std::move(endpoint), bed.within(Millis(5'000)));
        REQUIRE(connected.has_value());
    });
    const auto size = GENERATE(std::size_t{10}, std::size_t{16'000});
    std::size_t taken = 0;
    while (bed.link->send(id, std::string(size, 'x')) && taken < 1'000) {
        ++taken;
        bed.run_for(Millis(1));
    }
    CHECK(taken == (size == 10 ? 64 : 16));
    CHECK(bed.run_until([&] { return bed.events.ended.count(id) == 1; }));
    CHECK(bed.events.ended[id] == CloseReason::slow_consumer);
    CHECK(bed.metrics.slow_consumers == 1);
    bed.run([&]() -> Task<void> {
        for (int i = 0; i < 200; ++i) {
            REQUIRE(other->send("{}").has_value());
            const Result<std::string> reply = co_await other->receive(bed.within(Millis(5'000)));
            REQUIRE(reply.has_value());
        }
    });
}

TEST_CASE("rubbish, old records and forged alerts do not disturb a live link", "[enet]")
{
    Bed bed;
    RawPeer peer(bed);
    REQUIRE(peer.join());
    const Packet alert{21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 0};
    const Packet old_data{23, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0};
    const Packet forged{23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 99, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
    const Packet forged_alert{21, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 98, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
    for (const Packet& each : {alert, old_data, forged, forged_alert, Packet{}, Packet(1, 22), Packet(2'047, 0xFF),
                               Packet(1'400, 23), client_hello()})
        peer.socket().send(each);
    // Forged records of every length around the shortest that a cipher can make, alone and behind one of another epoch.
    for (std::uint8_t type = 20; type <= 23; ++type)
        for (std::uint8_t epoch = 0; epoch <= 2; ++epoch)
            for (std::uint8_t length = 0; length <= 40; ++length) {
                Packet record{type, 0xFE, 0xFD, 0, epoch, 0, 0, 0, 0, 0, 97, 0, length};
                record.resize(record.size() + length, 7);
                peer.socket().send(record);
                record.insert(record.begin(), old_data.begin(), old_data.end());
                peer.socket().send(record);
                if (length % 10 == 0) bed.run_for(Millis(1));
            }
    bed.run_for(Millis(50));
    CHECK(bed.events.ended.empty());
    peer.send(peer.from_client().reliable(0, 1, 4));
    CHECK(bed.run_until([&] { return bed.events.messages.size() == 1; }));
}

TEST_CASE("a client that begins anew from its port replaces its old link, after a new cookie", "[enet]")
{
    Bed bed;
    std::uint16_t port = 0;
    {
        RawPeer first(bed);
        port = first.port();
        REQUIRE(first.join());
    } // gone without a word
    const LinkId old = bed.events.open.front().id;
    RawPeer second(bed, port);
    REQUIRE(second.handshake());
    CHECK(bed.events.ended.count(old) == 1);
    CHECK(bed.metrics.links == 1);
}

TEST_CASE("caps an address: the oldest stranger makes room, known links stay", "[enet]")
{
    EnetConfig config;
    config.per_address = 4;
    config.strangers_per_address = 2;
    config.stranger_grace = config.spoken_grace = Millis(0);
    config.newcomers_per_address = 0;
    Bed bed(config);
    std::vector<std::unique_ptr<RawPeer>> peers;
    const auto add = [&](bool speaks) {
        peers.push_back(std::make_unique<RawPeer>(bed));
        bed.events.open.clear();
        const bool joined = peers.back()->join();
        const std::size_t before = bed.events.messages.size();
        if (joined && speaks) {
            peers.back()->send(peers.back()->from_client().reliable(0, 1, 4));
            REQUIRE(bed.run_until([&] { return bed.events.messages.size() > before; }));
        }
        return joined ? bed.events.open.front().id : LinkId{0};
    };
    const LinkId stranger_a = add(false);
    const LinkId stranger_b = add(false);
    REQUIRE(bed.metrics.links == 2);
    const LinkId known_a = add(true); // evicts a
    CHECK(bed.events.ended.count(stranger_a) == 1);
    CHECK(bed.events.ended[stranger_a] == CloseReason::policy);
    const LinkId known_b = add(true);
    const LinkId known_c = add(true);
    CHECK(bed.metrics.links == 4);
    CHECK(bed.events.ended.count(stranger_b) == 0);
    const LinkId known_d = add(true); // evicts b
    CHECK(bed.events.ended.count(stranger_b) == 1);
    CHECK(bed.metrics.links == 4);
    RawPeer refused(bed);
    refused.socket().send(client_hello());
    for (const LinkId each : {known_a, known_b, known_c, known_d}) CHECK(bed.events.ended.count(each) == 0);
}

TEST_CASE("whoever speaks and is known to nobody stays a stranger", "[enet]")
{
    EnetConfig config;
    config.strangers_per_address = 1;
    config.stranger_grace = config.spoken_grace = Millis(0);
    Bed bed(config);
    bed.events.knows = false;
    RawPeer talker(bed), next(bed);
    REQUIRE(talker.join());
    talker.send(talker.from_client().reliable(0, 1, 4));
    REQUIRE(bed.run_until([&] { return bed.events.messages.size() == 1; }));
    const LinkId first = bed.events.open.front().id;
    REQUIRE(next.join());
    CHECK(bed.events.ended.count(first) == 1);
}

} // namespace
} // namespace harvest::enet::test
