// Whose bytes ENet holds: several peers on one host, in memory, each charged for its own alone.
#include "common/adapters/enet/hosts.hpp"
#include "tests/unit/enet/datagram.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <deque>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace harvest::enet::test {
namespace {

constexpr HostSettings quick_pings{.peers_per_host = 4, .ping_interval_ms = 20};
constexpr std::uint32_t nothing_to_say = 0;

using Wires = std::array<std::deque<std::vector<std::uint8_t>>, 3>;

void until_pings_are_due()
{
    std::this_thread::sleep_for(2 * std::chrono::milliseconds(quick_pings.ping_interval_ms));
}

// One side of two connections, and of one to come: what it emits lies in `out` until the other side is given it.
class Side final : private HostEvents {
public:
    explicit Side(Wires& out) : hosts(*this, quick_pings), out_(out)
    {
        come(0);
        come(1);
    }
    ~Side() override
    {
        for (std::size_t i = 0; i < seats.size(); ++i)
            if (here_[i]) leave(i);
    }

    void come(std::size_t seat)
    {
        here_[seat] = true;
        REQUIRE(hosts.add(seats[seat]));
    }
    void leave(std::size_t seat)
    {
        here_[seat] = false;
        hosts.remove(seats[seat]);
    }
    std::size_t admitted() const { return admitted_; }
    bool connected(std::size_t seat) const { return facts_of(seats[seat]).phase == PeerFacts::Phase::connected; }

    std::array<Seat, 3> seats;
    HostSet hosts;
    std::size_t slow_at = 0; // of the datagrams that come: this one takes long

private:
    std::size_t index_of(const Seat& seat) const { return static_cast<std::size_t>(&seat - seats.data()); }
    bool admit(Seat&, std::span<std::uint8_t>) override
    {
        if (++admitted_ == slow_at) until_pings_are_due();
        return true;
    }
    void emit(Seat& seat, const ENetBuffer* buffers, std::size_t count) override
    {
        std::vector<std::uint8_t>& datagram = out_[index_of(seat)].emplace_back();
        for (std::size_t i = 0; i < count; ++i) {
            const auto* bytes = static_cast<const std::uint8_t*>(buffers[i].data);
            datagram.insert(datagram.end(), bytes, bytes + buffers[i].dataLength);
        }
    }
    void connected(Seat&, std::uint32_t) override {}
    void received(Seat&, std::uint8_t, std::span<const std::uint8_t>) override {}
    void disconnected(Seat&, std::uint32_t) override {}

    Wires& out_;
    std::array<bool, 3> here_{};
    std::size_t admitted_ = 0;
};

struct TwoLinks {
    void carry(Wires& wires, Side& to)
    {
        for (std::size_t i = 0; i < wires.size(); ++i) {
            for (const auto& datagram : wires[i]) to.hosts.deliver(to.seats[i], datagram);
            wires[i].clear();
        }
        to.hosts.run();
    }
    void connect()
    {
        REQUIRE(client.hosts.connect(client.seats[0], 0));
        REQUIRE(client.hosts.connect(client.seats[1], 0));
        for (int round = 0; round < 10 && !(server.connected(0) && server.connected(1)); ++round) {
            client.hosts.flush();
            carry(up, server);
            server.hosts.flush();
            carry(down, client);
        }
        REQUIRE(server.connected(0));
        REQUIRE(server.connected(1));
    }

    Wires up, down;
    Side client{up}, server{down};
};

TEST_CASE("hosts: who is closed is not charged for a ping that another peer is due", "[enet]")
{
    TwoLinks links;
    links.connect();
    until_pings_are_due();
    links.server.hosts.close_now(links.server.seats[0], nothing_to_say);
    links.server.leave(0);
    CHECK(links.down[1].size() == 1); // the other one's ping went out with the good-bye
    CHECK(links.server.seats[0].from_us.bytes == 0);
}

TEST_CASE("hosts: who closes politely before it is connected is not charged for another's ping", "[enet]")
{
    TwoLinks links;
    links.connect();
    Seat& late = links.client.seats[2];
    links.client.come(2);
    REQUIRE(links.client.hosts.connect(late, 0));
    until_pings_are_due();
    links.client.hosts.close_later(late, nothing_to_say);
    links.client.leave(2);
    CHECK(late.from_us.bytes == 0);
}

TEST_CASE("hosts: where no descriptor is left nobody is taken in, and somebody is later", "[enet]")
{
    Wires none;
    Side side(none);
    std::array<Seat, 3> more; // two are in, and a host has four places
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit exhausted{3, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &exhausted) == 0);
    const bool third = side.hosts.add(more[0]), fourth = side.hosts.add(more[1]), fifth = side.hosts.add(more[2]);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(third);
    CHECK(fourth);
    CHECK_FALSE(fifth);
    CHECK(side.hosts.add(more[2]));
    for (Seat& seat : more) side.hosts.remove(seat);
}

TEST_CASE("hosts: whose datagram was the last that ENet asked for is not charged for another's ping", "[enet]")
{
    TwoLinks links;
    links.connect();
    Side& server = links.server;
    const std::size_t before = server.seats[0].from_peer.bytes;
    Datagram stale(facts_of(server.seats[0]).peer_id, facts_of(server.seats[0]).session);
    stale.ack(0, 9, 9);
    server.slow_at = 250 + server.admitted();
    for (int i = 0; i < 300; ++i) server.hosts.deliver(server.seats[0], stale.bytes); // ENet asks for 256 at a time
    server.hosts.run();
    CHECK(links.down[1].size() == 1); // the ping
    CHECK(server.seats[0].from_peer.bytes == before);
}

TEST_CASE("hosts: who goes while it connects does not speak for the one that comes to its place", "[enet]")
{
    TwoLinks links;
    Side& server = links.server;
    Seat& gone = server.seats[2];
    server.come(2);
    server.hosts.deliver(gone, Datagram(nobody).connect(99).bytes);
    server.hosts.run();
    REQUIRE(facts_of(gone).phase == PeerFacts::Phase::connecting);
    constexpr std::uint8_t unsequenced = 0x40;
    Datagram leaving(facts_of(gone).peer_id, facts_of(gone).session);
    leaving.command(Command::disconnect, unsequenced, control_channel, 0).put32(0);
    server.hosts.deliver(gone, leaving.bytes);
    server.hosts.run();
    REQUIRE(facts_of(gone).phase == PeerFacts::Phase::none);
    links.connect(); // one of the two has ENet's place of the one who went

    const std::array<std::uint8_t, 2> said{'{', '}'};
    CHECK_FALSE(server.hosts.send(gone, 0, {}, said, nullptr, nullptr));
    server.hosts.close_later(gone, nothing_to_say);
    server.hosts.close_now(gone, nothing_to_say);
    server.leave(2);
    CHECK(server.connected(0));
    CHECK(server.connected(1));
}

} // namespace
} // namespace harvest::enet::test
