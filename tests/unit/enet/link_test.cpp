#include "common/adapters/enet/dtls.hpp"
#include "common/adapters/enet/socket.hpp"
#include "common/runtime/task_group.hpp"
#include "tests/unit/enet/raw_peer.hpp"

#include <catch2/catch.hpp>

namespace harvest::enet::test {
namespace {

struct Client {
    explicit Client(Bed& in, EnetClientConfig config = {})
        : bed(in),
          link(make_enet_client(in.io.get_executor(), std::move(config), in.clock, ""))
    {
    }
    Result<void> connect(Endpoint endpoint, Millis limit = Millis(5'000))
    {
        Result<void> outcome = Errc::internal;
        bed.run([&]() -> Task<void> { outcome = co_await link->connect(endpoint, bed.within(limit)); });
        return outcome;
    }
    Result<void> connect() { return connect(bed.endpoint()); }
    Result<std::string> receive(Millis limit = Millis(5'000))
    {
        Result<std::string> outcome = Errc::internal;
        bed.run([&]() -> Task<void> { outcome = co_await link->receive(bed.within(limit)); });
        return outcome;
    }
    std::string echo(const std::string& text)
    {
        if (!link->send(text)) return "not sent";
        const Result<std::string> reply = receive();
        return reply ? *reply : reply.error().message();
    }
    Bed& bed;
    std::unique_ptr<ServerLink> link;
};

TEST_CASE("a client and the listener exchange messages over DTLS", "[enet]")
{
    Bed bed;
    Client client(bed);
    REQUIRE(client.connect());
    for (const std::size_t size : {std::size_t{2}, std::size_t{1'000}, std::size_t{1'200}, std::size_t{16'384}}) {
        const std::string text(size, 'a');
        CHECK(client.echo(text) == text);
    }
    REQUIRE(bed.events.open.size() == 1);
    CHECK(bed.events.open.front().address == "127.0.0.1");
    CHECK(bed.events.open.front().transport == "enet");
    CHECK(client.receive(Millis(30)).error() == Errc::timed_out);
    CHECK(client.echo("still there") == "still there");
    client.link->close();
    CHECK(client.link->send("{}").error() == Errc::canceled);
    CHECK(bed.run_until([&] { return bed.events.ended.size() == 1; }));
    CHECK(bed.events.ended.begin()->second == CloseReason::normal);
    CHECK(bed.run_until([&] { return bed.metrics.links == 0; }));
}

TEST_CASE("one socket serves both families", "[enet]")
{
    EnetConfig config;
    config.host = "::";
    Bed bed(config);
    for (const std::string host : {"::1", "127.0.0.1"}) {
        Client client(bed);
        Endpoint endpoint = bed.endpoint();
        endpoint.host = host;
        REQUIRE(client.connect(endpoint));
        CHECK(client.echo("{}") == "{}");
        CHECK(bed.events.open.back().address == host);
    }
}

TEST_CASE("messages arrive in order, whatever their size", "[enet]")
{
    Bed bed;
    Client client(bed);
    REQUIRE(client.connect());
    std::vector<std::string> sent;
    for (std::size_t i = 0; i < 50; ++i) {
        sent.push_back(std::to_string(i) + std::string(i % 7 * 900, 'x'));
        REQUIRE(client.link->send(sent.back()));
    }
    for (const std::string& each : sent) CHECK(client.receive().value() == each);
}

TEST_CASE("a client takes only the certificate it was told of", "[enet]")
{
    Bed bed;
    SECTION("wrong fingerprint")
    {
        Client client(bed);
        Endpoint endpoint = bed.endpoint();
        endpoint.fingerprint = certificate_fingerprint(self_signed("another").certificate_pem).value();
        CHECK(client.connect(endpoint).error() == Errc::unauthenticated);
        CHECK(bed.events.open.empty());
    }
    SECTION("no fingerprint and no authority")
    {
        Client client(bed);
        Endpoint endpoint = bed.endpoint();
        endpoint.fingerprint.clear();
        CHECK(client.connect(endpoint).error() == Errc::unauthenticated);
    }
    SECTION("the authority decides")
    {
        EnetClientConfig config;
        config.ca_pem = self_signed("harvest").certificate_pem;
        Client client(bed, config);
        Endpoint endpoint = bed.endpoint();
        endpoint.fingerprint.clear();
        CHECK(client.connect(endpoint).has_value());
        CHECK(client.echo("{}") == "{}");
    }
    SECTION("the authority decides, but for another name")
    {
        EnetClientConfig config;
        config.ca_pem = self_signed("harvest").certificate_pem;
        EnetConfig elsewhere;
        Client client(bed, config);
        Endpoint endpoint = bed.endpoint();
        endpoint.fingerprint.clear();
        endpoint.host = "127.0.0.2"; // the certificate names 127.0.0.1 only
        CHECK_FALSE(client.connect(endpoint, Millis(1'000)).has_value());
    }
}

TEST_CASE("connecting to nobody ends by the deadline or at once", "[enet]")
{
    Bed bed;
    Client client(bed);
    Endpoint nobody_there = bed.endpoint();
    nobody_there.port = 1;
    const Millis begin = bed.clock.monotonic();
    CHECK_FALSE(client.connect(nobody_there, Millis(2'000)).has_value());
    CHECK(bed.clock.monotonic() - begin < Millis(2'500));
    BatchSocket silent;
    REQUIRE(silent.open("127.0.0.1", 0));
    nobody_there.port = silent.port();
    CHECK(client.connect(nobody_there, Millis(200)).error() == Errc::timed_out);
    CHECK(client.connect().has_value()); // the same link may try again
    CHECK(client.echo("{}") == "{}");
}

TEST_CASE("a close tells the client why, after what was sent before", "[enet]")
{
    Bed bed;
    for (const CloseReason reason : {CloseReason::revoked, CloseReason::replaced, CloseReason::normal}) {
        Client client(bed);
        bed.events.open.clear();
        REQUIRE(client.connect());
        REQUIRE(bed.run_until([&] { return !bed.events.open.empty(); }));
        const LinkId id = bed.events.open.front().id;
        for (int i = 0; i < 10; ++i) CHECK(bed.link->send(id, std::to_string(i)));
        bed.link->close(id, reason, "for a test");
        CHECK_FALSE(bed.link->send(id, "too late"));
        for (int i = 0; i < 10; ++i) CHECK(client.receive().value() == std::to_string(i));
        CHECK(client.receive().error() == Errc::canceled);
        CHECK(client.link->close_reason() == to_string(reason));
        CHECK(bed.run_until([&] { return bed.events.ended.count(id) == 1; }));
        CHECK(bed.events.ended[id] == reason);
    }
}

TEST_CASE("stop says going_away to everybody and ends", "[enet]")
{
    Bed bed;
    Client one(bed);
    Client two(bed);
    REQUIRE(one.connect());
    REQUIRE(two.connect());
    RawPeer half(bed);
    REQUIRE(half.handshake());
    bed.run([&]() -> Task<void> { return bed.link->stop(); });
    CHECK(bed.events.ended.size() == 2);
    CHECK(one.receive().error() == Errc::canceled);
    CHECK(one.link->close_reason() == to_string(CloseReason::going_away));
    CHECK(two.receive().error() == Errc::canceled);
    CHECK(two.link->close_reason() == to_string(CloseReason::going_away));
}

TEST_CASE("stop_accepting lets nobody in and keeps those who are", "[enet]")
{
    Bed bed;
    Client in(bed);
    REQUIRE(in.connect());
    bed.link->stop_accepting();
    Client late(bed);
    CHECK(late.connect(bed.endpoint(), Millis(300)).error() == Errc::timed_out);
    CHECK(in.echo("{}") == "{}");
}

TEST_CASE("a message that the daemon fails over ends its own link, not the listener", "[enet]")
{
    Bed bed;
    Client unlucky(bed), other(bed);
    REQUIRE(unlucky.connect());
    REQUIRE(other.connect());
    bed.events.fails = true;
    REQUIRE(unlucky.link->send("{}"));
    CHECK(bed.run_until([&] { return bed.events.ended.size() == 1; }));
    CHECK(bed.events.ended.begin()->second == CloseReason::policy);
    bed.events.fails = false;
    CHECK(other.echo("still there") == "still there");
}

TEST_CASE("a silent client is given up as unresponsive", "[enet]")
{
    EnetConfig config;
    config.ping_interval = Millis(50);
    config.timeout_min = Millis(200);
    config.timeout_max = Millis(400);
    Bed bed(config);
    RawPeer peer(bed);
    REQUIRE(peer.join());
    CHECK(bed.run_until([&] { return bed.events.ended.size() == 1; }));
    CHECK(bed.events.ended.begin()->second == CloseReason::unresponsive);
}

TEST_CASE("a peer that finishes DTLS and never joins is dropped", "[enet]")
{
    EnetConfig config;
    config.handshake_timeout = Millis(300);
    Bed bed(config);
    RawPeer idle(bed);
    REQUIRE(idle.handshake());
    CHECK(bed.run_until([&] { return bed.metrics.links == 0; }));
    CHECK(bed.events.open.empty());
    CHECK(bed.events.ended.empty());
}

TEST_CASE("three hundred clients of one loop, over several ENet hosts and addresses", "[enet]")
{
    EnetConfig config;
    config.peers_per_host = 16;
    config.strangers_per_address = 64;
    Bed bed(config);
    EnetClients clients(bed.io.get_executor(), {}, bed.clock);
    std::vector<std::unique_ptr<ServerLink>> links;
    for (int i = 0; i < 300; ++i) links.push_back(clients.make("127.0.0." + std::to_string(2 + i / 50)));
    int done = 0;
    const auto play = [&](ServerLink& link) -> Task<void> {
        Endpoint endpoint = bed.endpoint();
        const Result<void> connected = co_await link.connect(std::move(endpoint), bed.within(Millis(20'000)));
        for (int i = 0; connected && i < 3; ++i) {
            if (!link.send("message " + std::to_string(i))) co_return;
            const Result<std::string> reply = co_await link.receive(bed.within(Millis(20'000)));
            if (!reply || *reply != "message " + std::to_string(i)) co_return;
        }
        if (connected) ++done;
    };
    TaskGroup players(bed.io.get_executor());
    for (auto& each : links) {
        ServerLink* link = each.get();
        players.spawn([&play, link]() -> Task<void> { return play(*link); });
    }
    CHECK(bed.run_until([&] { return done == 300; }, Millis(30'000)));
    CHECK(bed.events.open.size() == 300);
    CHECK(bed.metrics.links == 300);
    bed.run([&]() -> Task<void> { return players.join(); });
    links.clear();
    CHECK(bed.run_until([&] { return bed.events.ended.size() == 300; }));
}

} // namespace
} // namespace harvest::enet::test
