// The adapters that the suites of Presence and RateLimit run on. In Redis time is real, so it passes on another scale.
#pragma once

#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/memory_presence.hpp"
#include "common/adapters/memory/memory_rate_limit.hpp"
#include "common/adapters/redis/redis_presence.hpp"
#include "common/adapters/redis/redis_rate_limit.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "tests/contract/support/run.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

namespace harvest::test {

// Of the server that `scripts/services up redis` starts.
inline redis::Options test_redis()
{
    const char* const url = std::getenv("HARVEST_TEST_REDIS");
    if (!url || !*url)
        FAIL("HARVEST_TEST_REDIS is not set: scripts/services up redis && eval \"$(scripts/services env)\"");
    redis::Options options;
    options.url = url;
    options.connect_timeout = options.stall_timeout = 10s; // a busy machine is not what these suites are about
    return options;
}

// Each test has keys of its own.
inline std::string fresh_prefix()
{
    static std::atomic<int> count{0};
    return "test:" + std::to_string(::getpid()) + ":" + std::to_string(++count) + ":";
}

struct PresenceInMemory {
    static constexpr Millis ttl{30'000}, nearly{29'999}, rest{1}, unit{1'000};
    memory::ManualClock clock;
    memory::MemoryPresence presence{clock, 100};
    Deadline soon() const { return clock.after(1s); }
    void pass(Millis length) { clock.advance(length); }
};

struct PresenceInRedis {
    static constexpr Millis ttl{3'000}, nearly{1'800}, rest{1'300}, unit{300};
    system::SystemClock clock;
    redis::RedisConnection connection{test_redis()};
    redis::RedisPresence presence{connection, clock, {fresh_prefix(), 10s, 100, 100}};
    Deadline soon() const { return clock.after(10s); }
    void pass(Millis length) { std::this_thread::sleep_for(length); }
};

struct LimitsInMemory {
    memory::ManualClock clock;
    memory::MemoryRateLimit limits{clock, 1'600};
    std::size_t kept() const { return limits.size(); }
    Deadline soon() const { return clock.after(1s); }
};

// This process's own buckets go by the clock that stands still, what is shared by that of Redis.
struct LimitsInRedis {
    memory::ManualClock clock;
    memory::MemoryRateLimit local{clock, 1'600};
    redis::RedisConnection connection{test_redis()};
    redis::RedisRateLimit limits{connection, local, clock, {fresh_prefix(), 10s}};
    std::size_t kept() const { return local.size(); }
    Deadline soon() const { return clock.after(10s); }
};

} // namespace harvest::test
