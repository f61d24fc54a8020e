// The cache of a whole installation in one Redis, a string a key; Redis ends it at its time, or sooner where its memory
// is short.
#pragma once

#include "common/adapters/redis/connection.hpp"
#include "common/ports/cache.hpp"

namespace harvest::redis {

struct CacheOptions {
    std::string prefix{"harvest:cache:"};
    Millis timeout{200}; // longest wait for Redis in a call: beyond it the answer is as soon made
    std::size_t largest{1U << 20U};
};

class RedisCache final : public Cache {
public:
    RedisCache(RedisConnection& connection, const Clock& clock, CacheOptions options = {});

    AsyncResult<std::string> get(CacheKey key, Deadline by) override;
    AsyncResult<void> put(CacheKey key, std::string value, Millis ttl, Deadline by) override;

private:
    AsyncResult<Reply> call(std::vector<std::string> words, Deadline by);

    RedisConnection& connection_;
    const Clock& clock_;
    CacheOptions options_;
};

} // namespace harvest::redis
