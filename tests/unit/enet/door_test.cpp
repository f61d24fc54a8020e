// The pure parts of the door: cookies, hellos, quotas, addresses.
#include "common/adapters/enet/cookie.hpp"
#include "common/adapters/enet/quota.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "tests/unit/enet/raw_peer.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>

#include <cstring>

namespace harvest::enet::test {
namespace {

IpBytes ip(const char* text)
{
    sockaddr_storage storage{};
    sockaddr_in four{};
    sockaddr_in6 six{};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        std::memcpy(&storage, &four, sizeof four);
    } else {
        REQUIRE(inet_pton(AF_INET6, text, &six.sin6_addr) == 1);
        six.sin6_family = AF_INET6;
        std::memcpy(&storage, &six, sizeof six);
    }
    return from_sockaddr(storage).ip;
}

TEST_CASE("T25: a cookie lives for one to two minutes and belongs to address, port and random", "[enet]")
{
    system::SystemEntropy entropy;
    CookieJar jar(entropy);
    jar.rotate(Millis(0));
    const Packet bytes = client_hello();
    const ClientHello hello = read_hello(bytes).value();
    const Address from{ip("192.0.2.1"), 4'000};
    const Cookie cookie = jar.bake(from, hello);
    const ClientHello with{hello.random, cookie, hello.record_sequence};
    CHECK(jar.accepts(from, with));
    CHECK_FALSE(jar.accepts({ip("192.0.2.1"), 4'001}, with));
    CHECK_FALSE(jar.accepts({ip("192.0.2.2"), 4'000}, with));
    const Packet other_bytes = client_hello();
    const ClientHello other = read_hello(other_bytes).value();
    CHECK_FALSE(jar.accepts(from, {other.random, cookie, hello.record_sequence}));
    jar.rotate(Millis(60'000));
    CHECK(jar.accepts(from, with));
    jar.rotate(Millis(119'999));
    CHECK(jar.accepts(from, with));
    jar.rotate(Millis(120'000));
    CHECK_FALSE(jar.accepts(from, with));
}

TEST_CASE("a hello cut anywhere is no hello", "[enet]")
{
    const Packet whole = client_hello();
    REQUIRE(read_hello(whole).has_value());
    CHECK(read_hello(whole)->cookie.empty());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Packet cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        CHECK_FALSE(read_hello(cut).has_value());
    }
    for (const int at : {0, 3, 4, 13, 19, 20, 21, 22, 23}) { // type, epoch, message type, fragment
        Packet changed = whole;
        changed[static_cast<std::size_t>(at)] ^= 1;
        CHECK_FALSE(read_hello(changed).has_value());
    }
}

TEST_CASE("quotas count an address, its /24 or /64, and all", "[enet]")
{
    Quota quota({.total = 6, .per_subnet = 4, .per_address = 3, .strangers_per_address = 2});
    std::uint64_t id = 0;
    const auto enter = [&](const char* from) { return quota.enter(++id, ip(from), 0ms); };
    const auto admits = [&](const char* from) { return enter(from).refusal == Quota::Refusal::none; };
    CHECK(admits("192.0.2.1")); // 1
    CHECK(admits("192.0.2.1")); // 2
    CHECK(enter("192.0.2.1").evict == std::optional<std::uint64_t>(1));
    quota.known(1);
    CHECK(admits("192.0.2.1")); // 4
    CHECK(enter("192.0.2.1").evict == std::optional<std::uint64_t>(2));
    quota.known(2);
    quota.known(4);
    const Quota::Answer full = enter("192.0.2.1");
    CHECK(full.refusal == Quota::Refusal::full);
    CHECK_FALSE(full.evict.has_value());                                    // nobody there is a stranger
    CHECK(admits("192.0.2.200"));                                           // 7
    CHECK(enter("192.0.2.201").evict == std::optional<std::uint64_t>(7));   // the /24 is full
    CHECK(admits("192.0.3.1"));                                             // 9
    CHECK(admits("2001:db8::1"));                                           // 10
    CHECK(enter("2001:db8:1::2").evict == std::optional<std::uint64_t>(7)); // all are taken
    quota.leave(7);
    CHECK(admits("2001:db8::2:0:0:2")); // of the same /64: 12
    quota.leave(9);
    CHECK(enter("2001:db8::3:0:0:3").evict == std::optional<std::uint64_t>(10)); // which counts as one address
    for (std::uint64_t each = 1; each <= id; ++each) quota.leave(each);
    CHECK(quota.size() == 0);
    CHECK(admits("192.0.2.1"));
}

TEST_CASE("a crowd that knocks does not push itself out: a stranger has its grace", "[enet]")
{
    Quota quota({.total = 2, .per_subnet = 9, .per_address = 9, .strangers_per_address = 9, .grace = 2s});
    CHECK(quota.enter(1, ip("192.0.2.1"), 0ms).refusal == Quota::Refusal::none);
    CHECK(quota.enter(2, ip("192.0.2.2"), 1'500ms).refusal == Quota::Refusal::none);
    CHECK_FALSE(quota.enter(3, ip("192.0.2.3"), 1'999ms).evict);
    CHECK(quota.enter(3, ip("192.0.2.3"), 2'000ms).evict == std::optional<std::uint64_t>(1));
    quota.known(1);
    CHECK_FALSE(quota.enter(3, ip("192.0.2.3"), 3'499ms).evict);
    CHECK(quota.enter(3, ip("192.0.2.3"), 3'500ms).evict == std::optional<std::uint64_t>(2));
}

TEST_CASE("a stranger that has spoken has time to sign in", "[enet]")
{
    Quota quota(
        {.total = 2, .per_subnet = 9, .per_address = 9, .strangers_per_address = 9, .grace = 2s, .spoken_grace = 5s});
    CHECK(quota.enter(1, ip("192.0.2.1"), 0ms).refusal == Quota::Refusal::none);
    CHECK(quota.enter(2, ip("192.0.2.2"), 0ms).refusal == Quota::Refusal::none);
    quota.spoke(1, 1s);
    CHECK(quota.enter(3, ip("192.0.2.3"), 3s).evict == std::optional<std::uint64_t>(2));
    quota.leave(2);
    CHECK(quota.enter(4, ip("192.0.2.4"), 3s).refusal == Quota::Refusal::none); // silent, behind one that has spoken
    CHECK(quota.enter(3, ip("192.0.2.3"), 5s).evict == std::optional<std::uint64_t>(4));
    quota.known(4);
    quota.spoke(4, 5s); // no stranger any more
    CHECK_FALSE(quota.enter(3, ip("192.0.2.3"), 5'999ms).evict);
    CHECK(quota.enter(3, ip("192.0.2.3"), 6s).evict == std::optional<std::uint64_t>(1));
}

TEST_CASE("a /64, or a /24, leaves the others their share of the pace", "[enet]")
{
    Quota quota({.total = 10'000,
                 .per_subnet = 10'000,
                 .per_address = 100,
                 .strangers_per_address = 10'000,
                 .newcomers = 800,
                 .newcomers_of_address = 10});
    std::uint64_t id = 0;
    for (const bool six : {true, false}) {
        int admitted = 0;
        for (int i = 0; i < 1'000; ++i) {
            const std::string from = six ? "2001:db8::" + std::to_string(i) : "192.0.2." + std::to_string(i % 250);
            admitted += quota.enter(++id, ip(from.c_str()), 0ms).refusal == Quota::Refusal::none ? 1 : 0;
        }
        CHECK(admitted == 100); // an eighth
    }
    CHECK(quota.enter(++id, ip("198.51.100.1"), 0ms).refusal == Quota::Refusal::none);
}

TEST_CASE("who is refused at its cap pays for being looked at", "[enet]")
{
    Quota quota({.total = 9, .per_subnet = 9, .per_address = 3, .strangers_per_address = 1, .newcomers_of_address = 1});
    CHECK(quota.enter(1, ip("192.0.2.1"), 0ms).refusal == Quota::Refusal::none);
    quota.known(1);
    CHECK(quota.enter(2, ip("192.0.2.1"), 0ms).refusal == Quota::Refusal::none);
    quota.known(2);
    CHECK(quota.enter(3, ip("192.0.2.1"), 0ms).refusal == Quota::Refusal::none);
    quota.known(3);
    CHECK(quota.enter(4, ip("192.0.2.1"), 0ms).refusal == Quota::Refusal::too_fast);
    CHECK(quota.enter(4, ip("192.0.2.1"), 1s).refusal == Quota::Refusal::full); // links, and nobody to go
    CHECK(quota.enter(4, ip("192.0.2.1"), 1s).refusal == Quota::Refusal::too_fast);
}

TEST_CASE("newcomers come at a pace, each address at its own", "[enet]")
{
    Quota quota({.total = 1'000,
                 .per_subnet = 1'000,
                 .per_address = 4,
                 .strangers_per_address = 4,
                 .newcomers = 100,
                 .newcomers_of_address = 2});
    std::uint64_t id = 0;
    const auto passes_by = [&](const char* from, Millis now) { // comes, is known and leaves
        const Quota::Refusal refusal = quota.enter(++id, ip(from), now).refusal;
        CHECK(refusal != Quota::Refusal::full);
        quota.leave(id);
        return refusal == Quota::Refusal::none;
    };
    int admitted = 0;
    for (int i = 0; i < 1'000; ++i) admitted += passes_by("192.0.2.1", Millis(i * 2)) ? 1 : 0;
    CHECK(admitted == 4 + 3); // the burst, and one each half second
    CHECK(quota.addresses() == 1);
    for (int i = 0; i < 200; ++i) {
        const std::string other = "198.51." + std::to_string(i) + ".1";
        admitted += passes_by(other.c_str(), 2s) ? 1 : 0;
    }
    CHECK(admitted == 7 + 100); // of all together, what one address was refused was not counted
    CHECK(quota.addresses() == 101);
    quota.tidy(2'500ms);
    CHECK(quota.addresses() == 1); // which would get its burst anew
    quota.tidy(5s);
    CHECK(quota.addresses() == 0);
}

TEST_CASE("addresses of both families", "[enet]")
{
    CHECK(ip_text(ip("192.0.2.7")) == "192.0.2.7");
    CHECK(ip_text(ip("2001:db8::7")) == "2001:db8::7");
    CHECK(ip_text(ip("::ffff:192.0.2.7")) == "192.0.2.7");
    CHECK(subnet(ip("192.0.2.7")) == subnet(ip("192.0.2.250")));
    CHECK(subnet(ip("192.0.2.7")) != subnet(ip("192.0.3.7")));
    CHECK(subnet(ip("2001:db8::7")) == subnet(ip("2001:db8::1:0:0:7")));
    CHECK(subnet(ip("2001:db8::7")) != subnet(ip("2001:db8:0:1::7")));
}

} // namespace
} // namespace harvest::enet::test
