#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/memory_rate_limit.hpp"
#include "common/base/gcra.hpp"
#include "tests/unit/redis/server.hpp"

#include <fmt/format.h>

#include <csignal>
#include <random>
#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

// Twice what is promised, for a machine with more to do than this.
constexpr Millis promised{100}, tolerated{200};

// What one process has.
struct LimitingGateway {
    explicit LimitingGateway(const RedisServer& server) : connection(server.options()) {}
    system::SystemClock clock;
    memory::MemoryRateLimit local{clock};
    redis::RedisConnection connection;
    redis::RedisRateLimit limits{connection, local, clock};
    redis::RedisPresence presence{connection, clock};

    AsyncResult<RateDecision> shared(const std::string& key, RateRule rule, std::int64_t cost = 1)
    {
        return limits.admit_shared(key, rule, cost, clock.after(5s));
    }
    // As a caller that may fail open does it.
    bool admitted(const std::string& key, RateRule rule)
    {
        const Result<RateDecision> decision = get(shared(key, rule));
        return decision ? decision->admitted : limits.admit(key, rule).admitted;
    }
    Result<void> put(const std::string& player, Millis ttl = 30s)
    {
        return get(
            presence.put({PlayerId{player}, SessionId{"s_1"}, "connsrv-0", "web", "online"}, ttl, clock.after(5s)));
    }
    std::size_t found(const std::string& player)
    {
        const auto entries = get(presence.find(PlayerId{player}, clock.after(5s)));
        return entries ? entries->size() : 0;
    }
    std::int64_t keys() { return ask(connection, {"DBSIZE"}).value().integer; }
};

} // namespace

TEST_CASE("T30: one bucket over two gateways lets nothing over, and one burst more each without Redis", "[redis]")
{
    RedisServer server;
    LimitingGateway gateways[2] = {LimitingGateway(server), LimitingGateway(server)};
    const RateRule rule{20, 50ms};
    for (LimitingGateway& gateway : gateways) REQUIRE(get(gateway.shared("warm", rule)));
    std::atomic<int> admitted{0};
    const system::SystemClock clock;
    const auto flood = [&](Millis length) {
        admitted = 0;
        std::vector<std::thread> threads;
        const Millis began = clock.monotonic();
        for (LimitingGateway& gateway : gateways)
            threads.emplace_back([&] {
                while (clock.monotonic() - began < length) admitted += gateway.admitted("one", rule);
            });
        for (std::thread& thread : threads) thread.join();
        return clock.monotonic() - began;
    };
    const Millis took = flood(1'500ms);
    CHECK(admitted <= rule.burst + took / rule.interval + 1);
    CHECK(admitted >= rule.burst + 1'500ms / rule.interval - 3);
    server.kill();
    const Millis without = flood(1'000ms);
    CHECK(admitted <= 2 * (rule.burst + without / rule.interval + 1));
    CHECK(admitted > 0);
}

TEST_CASE("Redis computes the GCRA that this process computes", "[redis]")
{
    RedisServer server;
    redis::RedisConnection connection(server.options());
    // The same script with a given time.
    std::string lua(redis::RedisRateLimit::lua());
    const std::string_view real = "redis.call('TIME')";
    REQUIRE(lua.find(real) != std::string::npos);
    lua.replace(lua.find(real), real.size(), "{ARGV[4], ARGV[5]}");
    const redis::Script script(lua);
    std::mt19937_64 random(7);
    for (int bucket = 0; bucket < 20; ++bucket) {
        const std::int64_t burst = 1 + static_cast<std::int64_t>(random() % 30);
        const std::int64_t interval = 1 + static_cast<std::int64_t>(random() % 5'000);
        std::int64_t now = 1'800'000'000'000, arrival = 0;
        for (int i = 0; i < 100; ++i) {
            now += static_cast<std::int64_t>(random() % static_cast<unsigned>(2 * interval));
            const std::int64_t cost = static_cast<std::int64_t>(random() % 5) - 1;
            const GcraDecision expected = gcra(arrival, now, burst, interval, cost);
            arrival = expected.arrival;
            std::vector<std::string> arguments{std::to_string(burst), std::to_string(interval), std::to_string(cost),
                                               std::to_string(now / 1000), std::to_string(now % 1000 * 1000 + 999)};
            const auto reply =
                get(connection.eval(script, {fmt::format("b{}", bucket)}, arguments, {10s, Errc::timed_out})).value();
            REQUIRE(reply.items.size() == 4);
            REQUIRE((reply.items[0].integer == 1) == expected.admitted);
            REQUIRE(reply.items[1].integer == expected.remaining);
            REQUIRE(reply.items[2].integer == expected.retry_after);
            REQUIRE(reply.items[3].integer == expected.reset_after);
        }
    }
}

TEST_CASE("T33: Redis killed: decisions in time, and everything is there again when it is back", "[redis]")
{
    RedisServer server;
    LimitingGateway gateway(server);
    const RateRule rule{5, 10s};
    REQUIRE(gateway.put("p_1"));
    REQUIRE(get(gateway.shared("k", rule))->admitted);
    server.kill();
    for (int i = 0; i < 20; ++i) {
        const auto [decision, took] = timed(gateway.shared("k", rule));
        CHECK(decision.error() == Errc::unavailable);
        CHECK(took <= tolerated);
    }
    CHECK(gateway.limits.admit("k", rule).remaining == 3); // the local bucket knows what was admitted before
    const auto [put, put_took] = timed(gateway.presence.count(gateway.clock.after(1s)));
    CHECK(put.error() == Errc::unavailable);
    CHECK(put_took <= tolerated);
    server.start();
    REQUIRE(eventually([&] { return gateway.put("p_1").has_value(); })); // as connsrv renews
    CHECK(gateway.found("p_1") == 1);
    CHECK(get(gateway.shared("k", rule)).has_value());
}

TEST_CASE("T33: Redis stopped: decisions in time, at once after a while, and it recovers", "[redis]")
{
    RedisServer server;
    LimitingGateway gateway(server);
    const RateRule rule{1'000, 10s};
    REQUIRE(get(gateway.shared("k", rule))->admitted);
    server.signal(SIGSTOP);
    Millis longest{};
    for (const Deadline end = gateway.clock.after(2s); gateway.clock.monotonic() < end.at;) {
        const auto [decision, took] = timed(gateway.shared("k", rule));
        CHECK(decision.error() == Errc::unavailable);
        longest = std::max(longest, took);
        std::this_thread::sleep_for(1ms);
    }
    CHECK(longest <= tolerated);
    CHECK_FALSE(gateway.connection.figures().up);
    CHECK(timed(gateway.shared("k", rule)).second < promised / 2);
    CHECK(gateway.put("p_1").error() == Errc::unavailable);
    server.signal(SIGCONT);
    CHECK(eventually([&] { return gateway.put("p_1").has_value(); }));
    CHECK(get(gateway.shared("k", rule)).has_value());
}

TEST_CASE("FLUSHALL and SCRIPT FLUSH while running", "[redis]")
{
    RedisServer server;
    LimitingGateway gateway(server), other(server);
    const RateRule rule{5, 60s};
    for (int i = 0; i < 5; ++i) REQUIRE(get(gateway.shared("k", rule))->admitted);
    REQUIRE(gateway.put("p_1"));
    REQUIRE(ask(gateway.connection, {"FLUSHALL"}));
    REQUIRE(ask(gateway.connection, {"SCRIPT", "FLUSH"}));
    CHECK(gateway.found("p_1") == 0);
    REQUIRE(gateway.put("p_1"));
    CHECK(gateway.found("p_1") == 1);
    CHECK(get(gateway.presence.count(gateway.clock.after(5s))).value() == 1);
    CHECK_FALSE(get(gateway.shared("k", rule))->admitted); // the process that used it up still knows
    int more = 0;
    for (int i = 0; i < 10; ++i) more += get(other.shared("k", rule))->admitted;
    CHECK(more == 5);
}

TEST_CASE("Damaged keys are mended, and a damaged bucket counts as full", "[redis]")
{
    RedisServer server;
    LimitingGateway gateway(server);
    const RateRule rule{3, 40ms};
    int bucket = 0;
    for (const char* damage : {"nan", "-nan", "inf", "1e300", "", "text", "0x7fffffffffffffff"}) {
        CAPTURE(damage);
        const std::string key = fmt::format("b{}", bucket++);
        REQUIRE(ask(gateway.connection, {"SET", "harvest:limit:" + key, damage}));
        const RateDecision decision = get(gateway.shared(key, rule)).value();
        CHECK_FALSE(decision.admitted);
        CHECK(decision.retry_after == 40ms);
        CHECK(eventually([&] { return get(gateway.shared(key, rule))->admitted; }));
    }
    REQUIRE(ask(gateway.connection, {"LPUSH", "harvest:limit:list", "x"}));
    CHECK_FALSE(get(gateway.shared("list", rule))->admitted);
    CHECK(eventually([&] { return get(gateway.shared("list", rule))->admitted; }));
    for (const char* key : {"player:p_1", "online", "daemons"})
        REQUIRE(ask(gateway.connection, {"SET", std::string("harvest:presence:") + key, "x"}));
    CHECK(gateway.found("p_1") == 0);
    CHECK(get(gateway.presence.count(gateway.clock.after(5s))).value() == 0);
    REQUIRE(gateway.put("p_1"));
    CHECK(gateway.found("p_1") == 1);
    REQUIRE(get(gateway.presence.announce({"chat", "chat-0", "ready", {}}, 30s, gateway.clock.after(5s))));
    // Fields that nobody of ours wrote.
    for (const char* text : {"x", "99999999999999 {", "99999999999999 []"}) {
        REQUIRE(ask(gateway.connection, {"HSET", "harvest:presence:player:p_1", "tv", text}));
        REQUIRE(ask(gateway.connection, {"HSET", "harvest:presence:daemons", "d", text}));
        CHECK(gateway.found("p_1") == 1);
        CHECK(get(gateway.presence.daemons(gateway.clock.after(5s)))->size() == 1);
        CHECK(get(gateway.presence.remove(PlayerId{"p_1"}, SessionId{"s_9"}, "connsrv-0", gateway.clock.after(5s))));
    }
    REQUIRE(get(gateway.presence.remove(PlayerId{"p_1"}, SessionId{"s_1"}, "connsrv-0", gateway.clock.after(5s))));
    CHECK(gateway.found("p_1") == 0);
}

TEST_CASE("I10: what nobody renews leaves nothing in Redis", "[redis]")
{
    RedisServer server;
    LimitingGateway gateway(server);
    Loop loop;
    int done = 0;
    for (int i = 0; i < 2'000; ++i)
        loop.spawn([&, i]() -> Task<void> {
            const std::string name = fmt::format("p_{}", i);
            const RateRule rule{3, 300ms};
            PlayerPresence presence;
            presence.player.value = name;
            presence.session.value = "s_1";
            presence.device_class = "web";
            const Deadline by = gateway.clock.after(10s);
            const Result<void> put = co_await gateway.presence.put(std::move(presence), 1s, by);
            done += put.has_value();
            const Result<RateDecision> decision = co_await gateway.limits.admit_shared(name, rule, 1, by);
            done += decision.has_value() && decision->admitted;
        });
    loop.run();
    CHECK(done >= 2'000);
    CHECK(gateway.keys() > 0);
    REQUIRE(get(gateway.presence.announce({"chat", "chat-0", "ready", {}}, 100ms, gateway.clock.after(5s))));
    CHECK(eventually([&] { return gateway.keys() == 0; }));
}
