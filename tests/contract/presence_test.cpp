#include "common/base/gcra.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/rate_limit.hpp"
#include "tests/contract/support/presences.hpp"

#include <fmt/format.h>

#include <random>

using namespace harvest;
using namespace harvest::test;

namespace {

PlayerPresence at(const std::string& player, const std::string& session, const std::string& device = "desktop")
{
    return {PlayerId{player}, SessionId{session}, "connsrv-0", device, "online"};
}

} // namespace

TEMPLATE_TEST_CASE("A presence lasts as long as it is renewed", "[presence]", PresenceInMemory, PresenceInRedis)
{
    TestType world;
    const auto find = [&] { return get(world.presence.find(PlayerId{"p_1"}, world.soon())).value(); };
    const auto count = [&] { return get(world.presence.count(world.soon())).value(); };
    REQUIRE(get(world.presence.put(at("p_1", "s_1"), world.ttl, world.soon())));
    world.pass(world.nearly);
    REQUIRE(find().size() == 1);
    CHECK(find()[0].connsrv == "connsrv-0");
    CHECK(count() == 1);
    REQUIRE(get(world.presence.put(at("p_1", "s_1"), world.ttl, world.soon())));
    world.pass(world.nearly);
    CHECK(find().size() == 1);
    world.pass(world.rest);
    CHECK(find().empty());
    CHECK(count() == 0);
}

TEMPLATE_TEST_CASE("A newer session of a device class takes the place of the older", "[presence]", PresenceInMemory,
                   PresenceInRedis)
{
    TestType world;
    REQUIRE(get(world.presence.put(at("p_1", "s_1"), world.ttl, world.soon())));
    REQUIRE(get(world.presence.put(at("p_1", "s_2"), world.ttl, world.soon())));
    REQUIRE(get(world.presence.put(at("p_1", "s_3", "web"), world.ttl, world.soon())));
    auto found = get(world.presence.find(PlayerId{"p_1"}, world.soon())).value();
    REQUIRE(found.size() == 2);
    CHECK(get(world.presence.count(world.soon())).value() == 1);
    // The old one says good-bye late: that must not remove the newer one.
    REQUIRE(get(world.presence.remove(PlayerId{"p_1"}, SessionId{"s_1"}, "connsrv-0", world.soon())));
    CHECK(get(world.presence.find(PlayerId{"p_1"}, world.soon()))->size() == 2);
    REQUIRE(get(world.presence.remove(PlayerId{"p_1"}, SessionId{"s_2"}, "connsrv-0", world.soon())));
    found = get(world.presence.find(PlayerId{"p_1"}, world.soon())).value();
    REQUIRE(found.size() == 1);
    CHECK(found[0].session.value == "s_3");
    REQUIRE(get(world.presence.remove(PlayerId{"p_9"}, SessionId{"s_2"}, "connsrv-0", world.soon())));
}

TEMPLATE_TEST_CASE("A session that has moved is not removed by the server that it has left", "[presence]",
                   PresenceInMemory, PresenceInRedis)
{
    TestType world;
    const PlayerId player{"p_1"};
    REQUIRE(get(world.presence.put(at("p_1", "s_1"), world.ttl, world.soon())));
    PlayerPresence moved = at("p_1", "s_1");
    moved.connsrv = "connsrv-1";
    REQUIRE(get(world.presence.put(moved, world.ttl, world.soon())));
    REQUIRE(get(world.presence.remove(player, SessionId{"s_1"}, "connsrv-0", world.soon())));
    const auto found = get(world.presence.find(player, world.soon())).value();
    REQUIRE(found.size() == 1);
    CHECK(found[0].connsrv == "connsrv-1");
    REQUIRE(get(world.presence.remove(player, SessionId{"s_1"}, "connsrv-1", world.soon())));
    CHECK(get(world.presence.find(player, world.soon()))->empty());
}

TEMPLATE_TEST_CASE("I10: presence is bounded, and a passed deadline is told", "[presence]", PresenceInMemory,
                   PresenceInRedis)
{
    TestType world;
    for (int i = 0; i < 100; ++i)
        REQUIRE(get(world.presence.put(at(fmt::format("p_{}", i), "s_1"), world.ttl, world.soon())));
    CHECK(get(world.presence.put(at("p_more", "s_1"), world.ttl, world.soon())).error() == Errc::resource_exhausted);
    REQUIRE(get(world.presence.put(at("p_5", "s_2"), world.ttl, world.soon())));
    CHECK(get(world.presence.count(world.soon())).value() == 100);
    CHECK(get(world.presence.count(Deadline{world.clock.monotonic()})).error() == Errc::timed_out);
    world.pass(world.ttl);
    CHECK(get(world.presence.put(at("p_more", "s_1"), world.ttl, world.soon())));
    CHECK(get(world.presence.count(world.soon())).value() == 1);
}

TEMPLATE_TEST_CASE("Daemons are up while they announce themselves", "[presence]", PresenceInMemory, PresenceInRedis)
{
    TestType world;
    REQUIRE(get(world.presence.announce({"instance", "instance-0", "starting", {}}, 3 * world.unit, world.soon())));
    REQUIRE(get(
        world.presence.announce({"instance", "instance-1", "ready", {{"matches", 3}}}, 3 * world.unit, world.soon())));
    REQUIRE(get(world.presence.announce({"instance", "instance-0", "ready", {}}, 5 * world.unit, world.soon())));
    auto up = get(world.presence.daemons(world.soon())).value();
    REQUIRE(up.size() == 2);
    CHECK(up[0].state == "ready");
    CHECK(up[1].load.at("matches") == 3);
    DaemonPresence whole{"slot", "slot/chat-0", "ready", {{"posts", 7}}, "chat", "node2", "0.2.0", 5s};
    REQUIRE(get(world.presence.announce(whole, world.unit, world.soon())));
    up = get(world.presence.daemons(world.soon())).value();
    REQUIRE(up.size() == 3);
    CHECK(up[2].kind == "chat");
    CHECK(up[2].host == "node2");
    CHECK(up[2].version == "0.2.0");
    CHECK(up[2].started_at == 5s);
    CHECK(up[0].host.empty());
    world.pass(3 * world.unit);
    up = get(world.presence.daemons(world.soon())).value();
    REQUIRE(up.size() == 1);
    CHECK(up[0].id == "instance-0");
}

TEMPLATE_TEST_CASE("T30: admissions are those of an exact GCRA model", "[rate_limit]", LimitsInMemory, LimitsInRedis)
{
    TestType world;
    std::mt19937 random(11);
    for (const RateRule rule : {RateRule{1, 1000ms}, RateRule{5, 200ms}, RateRule{20, 7ms}}) {
        const std::string key = fmt::format("k{}", rule.burst);
        Millis arrival{0};
        for (int i = 0; i < 2'000; ++i) {
            world.clock.advance(Millis{random() % 3 == 0 ? random() % 400 : 0});
            const std::int64_t cost = 1 + static_cast<std::int64_t>(random() % 3);
            const Millis now = world.clock.monotonic();
            const Millis from = std::max(arrival, now);
            const Millis next = from + cost * rule.interval;
            const bool expected = next - now <= rule.burst * rule.interval;
            const RateDecision decision = world.limits.admit(key, rule, cost);
            REQUIRE(decision.admitted == expected);
            if (expected) arrival = next;
            if (decision.admitted) {
                REQUIRE(decision.retry_after == 0ms);
            } else if (cost <= rule.burst) { // the time told is the first at which it is admitted
                REQUIRE(from + cost * rule.interval - (now + decision.retry_after) == rule.burst * rule.interval);
            }
            REQUIRE(decision.reset_after == std::max(arrival, now) - now);
            REQUIRE(decision.remaining >= 0);
            REQUIRE(decision.remaining <= rule.burst);
        }
    }
}

TEMPLATE_TEST_CASE("Keys have their own buckets, and threads share them", "[rate_limit]", LimitsInMemory, LimitsInRedis)
{
    TestType world;
    const RateRule rule{100, 1000ms};
    std::vector<std::thread> threads;
    std::atomic<int> admitted{0};
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 100; ++n)
                if (world.limits.admit("shared", rule).admitted) ++admitted;
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(admitted == 100);
    CHECK(world.limits.admit("other", rule).admitted);
    CHECK_FALSE(get(world.limits.admit_shared("shared", rule, 1, world.soon()))->admitted);
    CHECK(get(world.limits.admit_shared("shared", rule, 1, Deadline{})).error() == Errc::timed_out);
    world.clock.advance(1s);
    CHECK(get(world.limits.admit_shared("shared", rule, 1, world.soon()))->admitted);
}

TEMPLATE_TEST_CASE("What is given back can be admitted again", "[rate_limit]", LimitsInMemory, LimitsInRedis)
{
    TestType world;
    const RateRule rule{2, 3'600'000ms};
    const auto admit = [&](std::int64_t cost) {
        return get(world.limits.admit_shared("place", rule, cost, world.soon())).value().admitted;
    };
    CHECK(admit(2));
    CHECK_FALSE(admit(1));
    CHECK(admit(-1));
    CHECK(admit(1));
    CHECK_FALSE(admit(1));
    CHECK(admit(-2)); // as new
    CHECK(admit(-2)); // and no more than that
    CHECK(admit(2));
    CHECK_FALSE(admit(1));
}

TEMPLATE_TEST_CASE("I10: a flood of keys keeps the limiter bounded", "[rate_limit]", LimitsInMemory, LimitsInRedis)
{
    TestType world;
    const RateRule rule{2, 1000ms};
    const RateRule slow{1, 3'600'000ms};
    CHECK(world.limits.admit("victim", slow).admitted);
    for (int i = 0; i < 20'000; ++i) world.limits.admit(fmt::format("key-{}", i), rule);
    CHECK(world.kept() <= 1'600);
    CHECK_FALSE(world.limits.admit("victim", slow).admitted); // the emptiest buckets stay
}

TEST_CASE("GCRA survives values that no rule of ours makes", "[rate_limit]")
{
    const GcraDecision from_future = gcra(std::numeric_limits<std::int64_t>::max(), 1'000, 5, 100, 1);
    CHECK_FALSE(from_future.admitted);
    CHECK(from_future.retry_after == 100);
    CHECK_FALSE(gcra(0, 1'000, 5, 100, std::numeric_limits<std::int64_t>::max()).admitted);
    CHECK(gcra(0, 1'000, 5, 100, 5).admitted);
    CHECK(gcra(0, 1'000, 5, 100, 0).admitted);
    CHECK(gcra(-500, 1'000, 5, 100, 5).remaining == 0);
    CHECK(gcra(0, 1'000, 5, 100, -5).arrival == 1'000);
    CHECK(gcra(1'200, 1'000, 5, 100, -1).arrival == 1'100);
}
