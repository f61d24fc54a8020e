// The adapters that the suite of ResumeBuffers runs on. In Redis time is real, so it passes on another scale.
#pragma once

#include "common/adapters/memory/memory_resume_buffers.hpp"
#include "common/adapters/redis/redis_resume_buffers.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "tests/contract/support/presences.hpp"

namespace harvest::test {

struct ResumesInMemory {
    static constexpr Millis ttl{30'000}, nearly{29'999}, rest{1};
    memory::ManualClock clock;
    memory::MemoryResumeBuffers buffers{clock, 100};
    Deadline soon() const { return clock.after(1s); }
    void pass(Millis length) { clock.advance(length); }
};

struct ResumesInRedis {
    static constexpr Millis ttl{3'000}, nearly{1'800}, rest{1'300};
    system::SystemClock clock;
    system::SystemEntropy entropy;
    redis::RedisConnection connection{test_redis()};
    redis::RedisResumeBuffers buffers{connection, clock, entropy, {fresh_prefix(), 10s}};
    Deadline soon() const { return clock.after(10s); }
    void pass(Millis length) { std::this_thread::sleep_for(length); }
};

} // namespace harvest::test
