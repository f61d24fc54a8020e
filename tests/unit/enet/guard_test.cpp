#include "common/adapters/enet/guard.hpp"
#include "tests/unit/enet/datagram.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace harvest::enet {

std::ostream& operator<<(std::ostream& out, const Judgement& judgement)
{
    constexpr const char* verdicts[] = {"pass", "drop", "breach"};
    return out << verdicts[static_cast<int>(judgement.verdict)] << " by " << to_string(judgement.rule);
}

bool operator==(const Judgement& a, const Judgement& b)
{
    return a.verdict == b.verdict && a.rule == b.rule;
}

namespace test {
namespace {

constexpr Judgement passed{};

Judgement dropped(Rule rule)
{
    return {Verdict::drop, rule};
}

Judgement breached(Rule rule)
{
    return {Verdict::breach, rule};
}

// A guard in front of a connected peer; `facts` follow what passes as ENet's would.
struct Fixture {
    PeerGuard guard;
    PeerFacts facts{.phase = PeerFacts::Phase::connected, .peer_id = 5, .session = 1, .channels = 3, .delivered = {}};
    Millis now{1'000};

    Fixture() { join(); }
    void join()
    {
        PeerFacts none;
        Datagram hello(nobody);
        REQUIRE(guard.judge(hello.connect(99).bytes, none, now) == passed);
    }
    static Datagram to_server(bool timed = true) { return Datagram(5, 1, timed); }
    Judgement judge(Datagram datagram) { return guard.judge(datagram.bytes, facts, now); }
    // In order and complete: ENet delivers it.
    Judgement deliver(std::uint8_t channel, std::uint16_t sequence, std::size_t length)
    {
        const Judgement judgement = judge(to_server().reliable(channel, sequence, length));
        if (judgement == passed) facts.delivered[channel] = sequence;
        return judgement;
    }
};

TEST_CASE("the guard passes what stock clients send", "[enet][guard]")
{
    Fixture f;
    CHECK(f.deliver(0, 1, 100) == passed);
    CHECK(f.judge(Fixture::to_server().ping(2)) == passed);
    CHECK(f.judge(Datagram(5, 1, false).ack(0, 1).ack(control_channel, 3)) == passed);
    CHECK(f.judge(Fixture::to_server().unreliable(0, 1, 1, 50)) == passed);
    CHECK(f.judge(Fixture::to_server().ack(0, 2).reliable(1, 1, 10).reliable(1, 2, 10)) == passed);
    f.facts.delivered[1] = 2;
    for (std::uint32_t i = 0; i < 14; ++i)
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 2, 16'000, 1'172, i)) == passed);
    f.facts.delivered[0] = 15;
    CHECK(f.deliver(0, 16, 1) == passed);
    CHECK(f.judge(Fixture::to_server()
                      .command(Command::bandwidth_limit, wants_ack, control_channel, 3)
                      .put32(0)
                      .put32(100'000)) == passed);
    CHECK(f.judge(Fixture::to_server()
                      .command(Command::throttle_configure, wants_ack, control_channel, 4)
                      .put32(5'000)
                      .put32(2)
                      .put32(2)) == passed);
    CHECK_FALSE(f.guard.said_goodbye());
    CHECK(f.judge(Fixture::to_server().command(Command::disconnect, wants_ack, control_channel, 5).put32(0)) == passed);
    CHECK(f.guard.said_goodbye());
}

TEST_CASE("T26: the header must carry the peer id of this association, uncompressed, with whole commands",
          "[enet][guard]")
{
    Fixture f;
    CHECK(f.judge(Datagram(6, 1).ping(1)) == breached(Rule::header));
    CHECK(f.judge(Datagram(5, 2).ping(1)) == breached(Rule::header));
    CHECK(f.judge(Datagram(5, 1, true, compressed).ping(1)) == breached(Rule::header));
    CHECK(f.judge(Fixture::to_server()) == breached(Rule::header));
    CHECK(f.judge(Fixture::to_server(false).ping(1)) == breached(Rule::header)); // nothing to acknowledge it with
    Datagram tiny(5, 1);
    tiny.bytes.resize(1);
    CHECK(f.judge(tiny) == breached(Rule::header));
    const Datagram whole = Fixture::to_server().reliable(0, 1, 20);
    for (std::size_t length = 2; length < whole.bytes.size(); ++length) {
        Datagram cut = whole;
        cut.bytes.resize(length);
        CHECK(f.judge(cut).verdict == Verdict::breach);
    }
    CHECK(f.judge(Fixture::to_server().ping(1).put8(0x81)) == breached(Rule::header)); // a rest
    CHECK(f.judge(whole) == passed);
}

TEST_CASE("T26: commands off the allow-list are breaches", "[enet][guard]")
{
    Fixture f;
    for (const auto number : {Command::verify_connect, Command::send_unsequenced, Command::send_unreliable_fragment})
        CHECK(f.judge(Fixture::to_server().command(number, wants_ack, 0, 1).fill(60)) == breached(Rule::command));
    for (const int number : {0, 13, 14, 15})
        CHECK(f.judge(Fixture::to_server().command(static_cast<Command>(number), wants_ack, 0, 1).fill(60)) ==
              breached(Rule::command));
    CHECK(f.judge(Fixture::to_server().command(Command::ping, 0, control_channel, 1)) == breached(Rule::command));
    CHECK(f.judge(Fixture::to_server().command(Command::send_reliable, 0, 0, 1).put16(1).put8(1)) ==
          breached(Rule::command));
    CHECK(f.judge(Fixture::to_server().command(Command::acknowledge, wants_ack, 0, 1).put32(0)) ==
          breached(Rule::command));
    CHECK(f.judge(Fixture::to_server().connect(99)) == breached(Rule::connect));
}

TEST_CASE("T26: zero-length sends are breaches", "[enet][guard]")
{
    Fixture f;
    CHECK(f.judge(Fixture::to_server().reliable(0, 2, 0)) == breached(Rule::empty));
    CHECK(f.judge(Fixture::to_server().unreliable(0, 0, 1, 0)) == breached(Rule::empty));
    CHECK(f.judge(Fixture::to_server().fragment(
              0, 1, {.start = 1, .count = 2, .number = 0, .total = 10, .offset = 0, .length = 0})) ==
          breached(Rule::empty));
}

TEST_CASE("T26: three channels and no more", "[enet][guard]")
{
    Fixture f;
    CHECK(f.judge(Fixture::to_server().reliable(2, 1, 1)) == passed);
    f.facts.delivered[2] = 1;
    CHECK(f.judge(Fixture::to_server().reliable(3, 1, 1)) == breached(Rule::channel));
    CHECK(f.judge(Fixture::to_server().reliable(254, 1, 1)) == breached(Rule::channel));
    CHECK(f.judge(Fixture::to_server().reliable(control_channel, 1, 1)) == breached(Rule::channel));
    CHECK(f.judge(Fixture::to_server().ack(3, 1)) == breached(Rule::channel));
    CHECK(f.judge(Fixture::to_server().command(Command::ping, wants_ack, 0, 1)) == breached(Rule::channel));
    f.facts.channels = 1; // what this peer asked for
    CHECK(f.judge(Fixture::to_server().reliable(1, 1, 1)) == breached(Rule::channel));
}

TEST_CASE("what was under way when ENet said good-bye is no breach", "[enet][guard]")
{
    Fixture f;
    REQUIRE(f.deliver(0, 1, 10) == passed);
    f.facts.phase = PeerFacts::Phase::closing;
    f.facts.channels = 0; // as enet_peer_disconnect() leaves it
    CHECK(f.judge(Datagram(5, 1, false).ack(0, 1).ack(2, 1).ack(control_channel, 3)) == passed);
    CHECK(f.judge(Fixture::to_server().reliable(0, 2, 10)) == passed);
    CHECK(f.judge(Fixture::to_server().unreliable(1, 1, 1, 10)) == passed);
    CHECK(f.judge(Datagram(5, 1, false).ack(3, 1)) == breached(Rule::channel));
    CHECK(f.judge(Fixture::to_server().reliable(3, 1, 10)) == breached(Rule::channel));
}

TEST_CASE("T26: a CONNECT is alone, once, in range, and its mtu becomes 1200", "[enet][guard]")
{
    const PeerFacts none;
    const auto judge = [&](PeerGuard& guard, Datagram datagram) {
        return guard.judge(datagram.bytes, none, Millis(0));
    };
    for (const std::uint32_t mtu : {0U, 576U, 1'200U, 1'400U, 4'096U, 0xFFFFFFFFU}) {
        PeerGuard guard;
        Datagram hello(nobody);
        hello.connect(1, mtu);
        CHECK(guard.judge(hello.bytes, none, Millis(0)) == passed);
        CHECK(be32(hello.bytes.data() + 12) == std::min(mtu, guard_mtu));
        CHECK(guard.charge() == charge_connection);
    }
    PeerGuard guard;
    CHECK(judge(guard, Datagram(nobody).connect(1, 1'400, 0)) == breached(Rule::connect));
    CHECK(judge(guard, Datagram(nobody).connect(1, 1'400, 256)) == breached(Rule::connect));
    CHECK(judge(guard, Datagram(nobody).connect(1, 1'400, 3, 0xFFFFFFFF)) == breached(Rule::range));
    CHECK(judge(guard, Datagram(nobody).connect(1).ping(2)) == breached(Rule::connect));
    CHECK(judge(guard, Datagram(nobody).ping(2)) == breached(Rule::connect));
    CHECK(judge(guard, Datagram(nobody, 0, false).connect(1)) == breached(Rule::connect));
    CHECK(judge(guard, Datagram(5).ping(2)) == breached(Rule::header));     // nobody gave it a peer id
    CHECK(judge(guard, Datagram(nobody).connect(1, 1'400, 255)) == passed); // as Godot 4 asks
    PeerFacts connecting{
        .phase = PeerFacts::Phase::connecting, .peer_id = 5, .session = 0, .channels = 3, .delivered = {}};
    for (int i = 0; i < 1'000; ++i) {
        Datagram again(nobody);
        CHECK(guard.judge(again.connect(1).bytes, connecting, Millis(0)) == passed);
    }
    CHECK(guard.charge() == charge_connection);
    Datagram another(nobody);
    CHECK(guard.judge(another.connect(2).bytes, connecting, Millis(0)) == breached(Rule::connect));
    CHECK(judge(guard, Datagram(nobody).connect(1)) == dropped(Rule::phase)); // its peer is gone
}

TEST_CASE("T26: bandwidth and throttle stay in range", "[enet][guard]")
{
    Fixture f;
    const auto bandwidth = [&](std::uint32_t in, std::uint32_t out) {
        return f.judge(
            Fixture::to_server().command(Command::bandwidth_limit, wants_ack, control_channel, 1).put32(in).put32(out));
    };
    CHECK(bandwidth(0, 0) == passed);
    CHECK(bandwidth(0xFFFFFFFF, 0) == breached(Rule::range));
    CHECK(bandwidth(0, 0xFFFFFFFF) == breached(Rule::range));
    const auto throttle = [&](std::uint32_t interval, std::uint32_t up, std::uint32_t down) {
        return f.judge(Fixture::to_server()
                           .command(Command::throttle_configure, wants_ack, control_channel, 1)
                           .put32(interval)
                           .put32(up)
                           .put32(down));
    };
    CHECK(throttle(1, 32, 32) == passed);
    CHECK(throttle(0, 2, 2) == breached(Rule::range));
    CHECK(throttle(5'000, 0xFFFFFFFF, 2) == breached(Rule::range));
    CHECK(throttle(5'000, 2, 33) == breached(Rule::range));
    CHECK(throttle(0xFFFFFFFF, 2, 2) == breached(Rule::range));
}

TEST_CASE("T26: fragments must fit their message", "[enet][guard]")
{
    using Piece = Datagram::Piece;
    const auto judge = [](std::uint16_t sequence, const Piece& piece) {
        Fixture f;
        return f.judge(Fixture::to_server().fragment(0, sequence, piece));
    };
    const Piece good{.start = 1, .count = 3, .number = 1, .total = 2'500, .offset = 1'000, .length = 1'000};
    CHECK(judge(2, good) == passed);
    CHECK(judge(3, {.start = 1, .count = 3, .number = 2, .total = 2'500, .offset = 2'000, .length = 500}) == passed);

    // The memory bomb: fragment 0 of 2^20, total length 1.
    CHECK(judge(1, {.start = 1, .count = 1U << 20, .number = 0, .total = 1, .offset = 0, .length = 1}) ==
          breached(Rule::fragment));
    const auto changed = [&](auto change) {
        Piece piece = good;
        change(piece);
        return judge(2, piece);
    };
    CHECK(changed([](Piece& p) { p.count = 33; }) == breached(Rule::fragment));
    CHECK(changed([](Piece& p) { p.count = 2; }) == breached(Rule::fragment));
    CHECK(changed([](Piece& p) { p.count = 4; }) == breached(Rule::fragment));
    CHECK(changed([](Piece& p) { p.number = 3; }) == breached(Rule::fragment));
    CHECK(changed([](Piece& p) { p.number = 0xFFFFFFFF; }) == breached(Rule::fragment));
    CHECK(changed([](Piece& p) { p.offset = 999; }) == breached(Rule::fragment));
    CHECK(changed([](Piece& p) { p.offset = 0xFFFFFFFF; }) == breached(Rule::fragment));
    CHECK(changed([](Piece& p) { p.total = 2'000; }) == breached(Rule::fragment));
    CHECK(changed([](Piece& p) { p.total = 16'385; }) == breached(Rule::fragment));
    CHECK(changed([](Piece& p) { p.total = 0xFFFFFFFF; }) == breached(Rule::fragment));
    CHECK(changed([](Piece& p) { p.start = 2; }) == breached(Rule::fragment));
    CHECK(judge(1, {.start = 1, .count = 1, .number = 0, .total = 10, .offset = 0, .length = 10}) ==
          breached(Rule::fragment));
    CHECK(judge(1, {.start = 1, .count = 0, .number = 0, .total = 10, .offset = 0, .length = 10}) ==
          breached(Rule::fragment));
    CHECK(judge(2, {.start = 1, .count = 2, .number = 1, .total = 10, .offset = 4, .length = 6}) ==
          breached(Rule::fragment)); // the last longer than the first
}

TEST_CASE("T26: assemblies keep their totals, do not overlap, are two at most and end in ten seconds", "[enet][guard]")
{
    Fixture f;
    CHECK(f.judge(Fixture::to_server().fragment_of(0, 1, 3'000, 1'000, 1)) == passed);
    SECTION("another total midway")
    {
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 1, 2'900, 1'000, 2)) == breached(Rule::fragment));
    }
    SECTION("another piece length midway")
    {
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 1, 3'000, 1'100, 0)) == breached(Rule::fragment));
    }
    SECTION("overlapping another assembly")
    {
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 3, 3'000, 1'000, 0)) == breached(Rule::fragment));
    }
    SECTION("a whole message inside an assembly")
    {
        CHECK(f.judge(Fixture::to_server().reliable(0, 2, 10)) == breached(Rule::fragment));
        CHECK(f.judge(Fixture::to_server().reliable(0, 1, 10)) == breached(Rule::fragment));
    }
    SECTION("an assembly over a held message")
    {
        CHECK(f.judge(Fixture::to_server().reliable(0, 6, 10)) == passed);
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 4, 3'000, 1'000, 0)) == breached(Rule::fragment));
    }
    SECTION("repeats are free, last first is fine")
    {
        const std::uint32_t before = f.guard.charge();
        f.guard.served();
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 1, 3'000, 1'000, 1)) == passed);
        f.guard.served();
        CHECK(f.guard.charge() <= before);
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 1, 3'000, 1'000, 2)) == passed);
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 1, 3'000, 1'000, 0)) == passed);
        f.facts.delivered[0] = 3;
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 1, 3'000, 1'000, 0)) == passed); // late
        f.guard.served();
        CHECK(f.guard.charge() == charge_connection);
    }
    SECTION("a third at once waits")
    {
        CHECK(f.judge(Fixture::to_server().fragment_of(1, 1, 3'000, 1'000, 0)) == passed);
        CHECK(f.judge(Fixture::to_server().fragment_of(2, 1, 3'000, 1'000, 0)) == dropped(Rule::assemblies));
    }
    SECTION("whole ones that wait make room for a third")
    {
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 4, 2'500, 1'000, 0)) == passed);
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 4, 2'500, 1'000, 1)) == passed);
        CHECK(f.judge(Fixture::to_server().fragment_of(1, 1, 2'500, 1'000, 0)) == dropped(Rule::assemblies));
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 4, 2'500, 1'000, 2)) == passed);
        CHECK(f.judge(Fixture::to_server().fragment_of(1, 1, 2'500, 1'000, 0)) == passed);
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 4, 2'500, 1'000, 2)) == passed); // a repeat
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 4, 2'400, 1'000, 2)) == breached(Rule::fragment));
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 4, 1'500, 1'000, 0)) == breached(Rule::fragment));
        CHECK(f.judge(Fixture::to_server().reliable(0, 5, 10)) == breached(Rule::fragment));
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 1, 3'000, 1'000, 0)) == passed);
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 1, 3'000, 1'000, 2)) == passed);
        f.facts.delivered[0] = 6;
        f.guard.served();
        CHECK(f.guard.charge() == charge_connection + charge_command + 2'500);
    }
    SECTION("too slow")
    {
        f.now += Millis(10'000);
        CHECK_FALSE(f.guard.overdue(f.now));
        f.now += Millis(1);
        CHECK(f.guard.overdue(f.now));
        CHECK(f.judge(Fixture::to_server().ping(1)) == breached(Rule::overdue));
    }
}

TEST_CASE("T26: at most 256 reliable numbers ahead of the next", "[enet][guard]")
{
    for (const std::uint16_t last : {std::uint16_t{0}, std::uint16_t{100}}) {
        Fixture f;
        for (std::uint16_t i = 1; i <= last; ++i) REQUIRE(f.deliver(0, i, 1) == passed);
        f.guard.served();
        CHECK(f.judge(Fixture::to_server().reliable(0, static_cast<std::uint16_t>(last + 257), 1)) ==
              dropped(Rule::window));
        CHECK(f.judge(Fixture::to_server().reliable(0, static_cast<std::uint16_t>(last + 256), 1)) == passed);
        CHECK(f.judge(Fixture::to_server().reliable(0, static_cast<std::uint16_t>(last + 0x7FFF), 1)) ==
              dropped(Rule::window));
        CHECK(f.judge(Fixture::to_server().reliable(0, last, 1)) == passed); // long delivered
        CHECK(f.judge(Fixture::to_server().fragment_of(0, static_cast<std::uint16_t>(last + 255), 3'000, 1'000, 0)) ==
              dropped(Rule::window));
        CHECK(f.judge(Fixture::to_server().unreliable(0, static_cast<std::uint16_t>(last + 257), 1, 1)) ==
              dropped(Rule::window));
    }
}

TEST_CASE("T26: a hole over the whole window is charged in full and freed when it closes", "[enet][guard]")
{
    Fixture f;
    for (std::uint16_t i = 2; i <= 200; ++i) REQUIRE(f.judge(Fixture::to_server().reliable(0, i, 100)) == passed);
    f.guard.served();
    CHECK(f.guard.charge() == charge_connection + 199 * (charge_command + 100));
    for (std::uint16_t i = 2; i <= 200; ++i) REQUIRE(f.judge(Fixture::to_server().reliable(0, i, 100)) == passed);
    f.guard.served();
    CHECK(f.guard.charge() == charge_connection + 199 * (charge_command + 100)); // repeats cost nothing
    CHECK(f.judge(Fixture::to_server().reliable(0, 1, 100)) == passed);
    f.facts.delivered[0] = 200;
    f.guard.served();
    CHECK(f.guard.charge() == charge_connection);
    CHECK(f.deliver(0, 201, 1) == passed);
}

TEST_CASE("T26: no more than 256 KiB are charged and 64 KiB of payload wait", "[enet][guard]")
{
    SECTION("payload held")
    {
        Fixture f;
        std::uint16_t taken = 0;
        for (std::uint16_t i = 2; i < 200; ++i) {
            const Judgement judgement = f.judge(Fixture::to_server().reliable(0, i, 1'150));
            if (judgement == passed)
                ++taken;
            else
                CHECK(judgement == dropped(Rule::budget));
        }
        CHECK(taken == (guard_waiting - guard_max_message - charge_command) / 1'150);
        // The one that all wait for still comes in, be it of the largest size.
        for (std::uint32_t i = 0; i < 15; ++i)
            CHECK(f.judge(Fixture::to_server().fragment_of(1, 1, 16'384, 1'100, i)) == passed);
    }
    SECTION("assemblies count their whole length at once")
    {
        Fixture f;
        CHECK(f.judge(Fixture::to_server().fragment_of(0, 1, 16'384, 1'100, 0)) == passed);
        CHECK(f.guard.charge() == charge_connection + charge_command + 16'384 + charge_ack);
    }
    SECTION("ACKs to be sent")
    {
        Fixture f;
        int passes = 0;
        for (int i = 0; i < 40; ++i) {
            Datagram pings = Fixture::to_server();
            for (std::uint16_t j = 0; j < 250; ++j) pings.ping(j);
            if (f.judge(pings) == passed) ++passes;
            CHECK(f.guard.charge() <= guard_budget);
        }
        CHECK(passes == static_cast<int>((guard_budget - charge_connection) / (250 * charge_ack)));
        f.guard.served();
        CHECK(f.guard.charge() == charge_connection);
    }
    SECTION("tiny messages")
    {
        Fixture f;
        for (std::uint8_t channel = 0; channel < 3; ++channel)
            for (std::uint16_t i = 2; i <= 256; ++i) f.judge(Fixture::to_server().reliable(channel, i, 1));
        CHECK(f.guard.charge() <= guard_budget);
        f.guard.served();
        CHECK(f.guard.charge() <= guard_budget);
    }
    SECTION("unreliable messages that wait for a reliable one")
    {
        Fixture f;
        for (std::uint16_t i = 1; i < 2'000; ++i) f.judge(Fixture::to_server().unreliable(0, 3, i, 10));
        f.guard.served();
        CHECK(f.guard.charge() <= guard_budget);
        CHECK(f.guard.charge() > guard_budget - guard_max_message - 1'000);
        CHECK(f.judge(Fixture::to_server().unreliable(1, 0, 1, 10)) == dropped(Rule::budget));
        CHECK(f.deliver(0, 1, 1'000) == passed);
    }
}

TEST_CASE("a held unreliable message is freed when its reliable number arrives", "[enet][guard]")
{
    Fixture f;
    CHECK(f.judge(Fixture::to_server().unreliable(0, 2, 1, 100)) == passed);
    CHECK(f.deliver(0, 1, 10) == passed);
    f.guard.served();
    CHECK(f.guard.charge() == charge_connection + charge_command + 100);
    CHECK(f.deliver(0, 2, 10) == passed);
    f.guard.served();
    CHECK(f.guard.charge() == charge_connection);
}

TEST_CASE("data waits until the connection stands, and a dropped datagram changes nothing", "[enet][guard]")
{
    Fixture f;
    f.facts.phase = PeerFacts::Phase::connecting;
    CHECK(f.judge(Fixture::to_server().reliable(0, 1, 10)) == dropped(Rule::phase));
    CHECK(f.judge(Fixture::to_server().ping(1)) == dropped(Rule::phase));
    CHECK(f.judge(Fixture::to_server().ack(0, 1).reliable(0, 1, 10)) == dropped(Rule::phase));
    CHECK(f.judge(Fixture::to_server().ack(control_channel, 1).reliable(0, 1, 10)) == passed);
    f.facts.phase = PeerFacts::Phase::connected;
    f.facts.delivered[0] = 1;
    f.guard.served();
    CHECK(f.judge(Fixture::to_server().reliable(0, 3, 10).reliable(0, 300, 10)) == dropped(Rule::window));
    CHECK(f.guard.charge() == charge_connection);
    CHECK(f.deliver(0, 2, 10) == passed);
}

TEST_CASE("T26: what ENet did not take as the guard expected ends the peer", "[enet][guard]")
{
    Fixture f;
    CHECK(f.judge(Fixture::to_server().reliable(0, 1, 10)) == passed);
    CHECK(f.judge(Fixture::to_server().reliable(0, 2, 10)) == breached(Rule::drift)); // ENet still expects 1
}

TEST_CASE("numbers wrap at 65,536", "[enet][guard]")
{
    Fixture f;
    std::uint16_t number = 0;
    for (int i = 0; i < 70'000; ++i) {
        ++number;
        const bool gap = i % 1'000 == 999;
        const auto later = static_cast<std::uint16_t>(number + 1);
        if (gap) REQUIRE(f.judge(Fixture::to_server().reliable(0, later, 3)) == passed);
        if (f.judge(Fixture::to_server().reliable(0, number, 3)).verdict != Verdict::pass) FAIL("at " << i);
        if (gap) number = later;
        f.facts.delivered[0] = number;
        f.guard.served();
        if (f.guard.charge() != charge_connection) FAIL("left over at " << i);
    }
}

} // namespace
} // namespace test
} // namespace harvest::enet
