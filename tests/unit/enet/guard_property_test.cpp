#include "tests/unit/enet/guarded_host.hpp"

#include <catch2/catch.hpp>

#include <random>

namespace harvest::enet::test {
namespace {

TEST_CASE("a client that behaves gets through guard and ENet", "[enet][guard]")
{
    GuardedHost host;
    REQUIRE(host.join());
    host.feed(host.from_client().reliable(0, 1, 100).bytes);
    for (std::uint32_t i = 0; i < 14; ++i) host.feed(host.from_client().fragment_of(0, 2, 16'000, 1'172, 13 - i).bytes);
    host.feed(host.from_client().unreliable(1, 0, 1, 30).bytes);
    host.run();
    CHECK_FALSE(host.breached);
    CHECK(host.received_sizes == std::vector<std::size_t>{100, 16'000, 30});
    CHECK(host.seat.from_peer.bytes <= charge_connection);
}

TEST_CASE("T26: whatever arrives, ENet holds no more than the guard's charge, and that is at most 256 KiB",
          "[enet][guard]")
{
    std::mt19937 random(20260724); // NOLINT: a fixed seed, so that a failure replays
    std::size_t delivered = 0;
    std::size_t breaches = 0;
    std::size_t drops = 0;
    for (int round = 0; round < 1'500; ++round) {
        GuardedHost host;
        REQUIRE(host.join());
        std::vector<std::uint8_t> input(400);
        for (auto& each : input) each = static_cast<std::uint8_t>(random());
        // Raw commands in a quarter of the rounds, fragments or whole messages alone in others: else a breach ends
        // each before state builds up.
        for (auto& each : input) {
            const int kind = each % 8;
            if (round % 4 != 0 && kind == 7) --each;
            if (round % 4 == 2 && (kind == 2 || kind == 3)) each = static_cast<std::uint8_t>(each - 2);
            if (round % 4 == 3 && (kind == 0 || kind == 1)) each = static_cast<std::uint8_t>(each + 2);
        }
        Traffic(host, input).drive();
        delivered += host.received_sizes.size();
        breaches += host.breached ? 1 : 0;
        drops += host.dropped;
        CHECK(host.seat.from_peer.peak <= guard_budget);
    }
    CHECK(delivered > 3'000); // the run reached what it is about
    CHECK(breaches > 100);
    CHECK(drops > 10);
}

TEST_CASE("T26: the attacks that fill stock ENet fill nothing here", "[enet][guard]")
{
    GuardedHost host;
    REQUIRE(host.join());
    SECTION("fragment bombs")
    {
        for (std::uint16_t i = 0; i < 1'000; ++i)
            host.feed(
                host.from_client()
                    .fragment(0, i, {.start = i, .count = 1U << 20, .number = 0, .total = 1, .offset = 0, .length = 1})
                    .bytes);
        host.run();
        CHECK(host.breached);
        CHECK(host.received_sizes.empty());
    }
    SECTION("zero-length out-of-order commands")
    {
        for (std::uint16_t i = 2; i < 5'000; ++i) host.feed(host.from_client().reliable(0, i, 0).bytes);
        host.run();
        CHECK(host.breached);
    }
    SECTION("one-byte out-of-order commands on every channel, with ACKs to come")
    {
        for (std::uint16_t i = 2; i < 5'000; ++i)
            for (std::uint8_t channel = 0; channel < 3; ++channel) {
                host.feed(host.from_client().reliable(channel, i, 1).bytes);
                if (i % 16 == 0) host.run();
            }
        host.run();
        CHECK_FALSE(host.breached);
        CHECK(host.last.verdict == Verdict::drop);
        CHECK(host.seat.from_peer.bytes > 50'000); // they are really held
    }
    SECTION("data under a false ACK of VERIFY_CONNECT is noticed")
    {
        GuardedHost early;
        early.feed(Datagram(nobody).connect(99).bytes);
        early.run();
        Datagram lie = early.from_client();
        const auto future = static_cast<std::uint16_t>(early.verify_time | 0x7FFF);
        lie.command(Command::acknowledge, 0, control_channel, 1).put16(1).put16(future).reliable(0, 1, 10);
        early.feed(lie.bytes);
        early.run();
        Datagram truth = early.from_client();
        truth.command(Command::acknowledge, 0, control_channel, 1).put16(1).put16(early.verify_time);
        early.feed(truth.bytes);
        early.run();
        early.feed(early.from_client().reliable(0, 2, 10).bytes);
        early.run();
        CHECK(early.breached);
        CHECK(early.last.rule == Rule::drift);
    }
    CHECK(host.seat.from_peer.peak <= guard_budget);
}

} // namespace
} // namespace harvest::enet::test
