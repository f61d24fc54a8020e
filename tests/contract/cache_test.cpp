#include "common/adapters/memory/memory_cache.hpp"
#include "common/adapters/redis/redis_cache.hpp"
#include "common/ports/cache.hpp"
#include "tests/contract/support/presences.hpp"

#include <random>

using namespace harvest;
using namespace harvest::test;

namespace {

struct CacheInMemory {
    static constexpr Millis ttl{30'000}, nearly{29'999}, rest{1};
    memory::ManualClock clock;
    memory::MemoryCache cache{clock, 16'000};
    Deadline soon() const { return clock.after(1s); }
    void pass(Millis length) { clock.advance(length); }
};

struct CacheInRedis {
    static constexpr Millis ttl{1'500}, nearly{900}, rest{700};
    system::SystemClock clock;
    redis::RedisConnection connection{test_redis()};
    redis::RedisCache cache{connection, clock, {fresh_prefix(), 5s, 2'000}};
    Deadline soon() const { return clock.after(10s); }
    void pass(Millis length) { std::this_thread::sleep_for(length); }
};

template <class World>
Result<std::string> get_from(World& world, const CacheKey& key)
{
    return get(world.cache.get(key, world.soon()));
}

template <class World>
Result<void> put_into(World& world, const CacheKey& key, std::string value, Millis ttl = World::ttl)
{
    return get(world.cache.put(key, std::move(value), ttl, world.soon()));
}

} // namespace

TEMPLATE_TEST_CASE("A cache gives what was put under that kind, version and id, byte for byte", "[cache]",
                   CacheInMemory, CacheInRedis)
{
    TestType world;
    const CacheKey key{"replay", 1, "m_1"};
    CHECK(get_from(world, key).error() == Errc::not_found);
    const std::string value("\0\r\n$5\r\n\"\xff", 10);
    REQUIRE(put_into(world, key, value));
    CHECK(get_from(world, key).value() == value);
    CHECK(get_from(world, {"replay", 2, "m_1"}).error() == Errc::not_found); // a release that reads another form
    CHECK(get_from(world, {"replays", 1, "m_1"}).error() == Errc::not_found);
    CHECK(get_from(world, {"replay", 1, "m_2"}).error() == Errc::not_found);
    REQUIRE(put_into(world, key, ""));
    CHECK(get_from(world, key).value().empty());
}

TEMPLATE_TEST_CASE("A cached value lasts its time and no longer", "[cache]", CacheInMemory, CacheInRedis)
{
    TestType world;
    const CacheKey key{"replay", 1, "m_1"};
    REQUIRE(put_into(world, key, "a"));
    world.pass(TestType::nearly);
    CHECK(get_from(world, key).value() == "a");
    world.pass(TestType::rest);
    CHECK(get_from(world, key).error() == Errc::not_found);
}

TEMPLATE_TEST_CASE("I10: a cache takes no value without measure", "[cache]", CacheInMemory, CacheInRedis)
{
    TestType world;
    const CacheKey key{"replay", 1, "m_1"};
    CHECK(put_into(world, key, std::string(2'001, 'x')).error() == Errc::resource_exhausted);
    CHECK(get_from(world, key).error() == Errc::not_found);
}

TEST_CASE("I10: a cache in memory stays in its bounds, and forgets first what was read longest ago", "[cache]")
{
    CacheInMemory world;
    std::mt19937 random{7};
    const CacheKey favourite{"replay", 1, "favourite"};
    REQUIRE(put_into(world, favourite, "kept"));
    for (int i = 0; i < 500; ++i) {
        REQUIRE(put_into(world, {"replay", 1, std::to_string(random() % 200)}, std::string(random() % 1'500, 'x')));
        CHECK(world.cache.bytes() <= 16'000);
        CHECK(get_from(world, favourite).has_value());
    }
    CHECK(world.cache.bytes() > 8'000);
}

TEST_CASE("Without Redis the cache says so at once", "[cache]")
{
    system::SystemClock clock;
    redis::Options nowhere;
    nowhere.url = "redis://127.0.0.1:1";
    redis::RedisConnection connection(nowhere);
    redis::RedisCache cache(connection, clock);
    const Millis began = clock.monotonic();
    CHECK(get(cache.get({"replay", 1, "m_1"}, clock.after(10s))).error() == Errc::unavailable);
    CHECK(get(cache.put({"replay", 1, "m_1"}, "x", 1s, clock.after(10s))).error() == Errc::unavailable);
    CHECK(clock.monotonic() - began < 1s);
}
