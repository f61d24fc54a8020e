#include "common/adapters/redis/redis_cache.hpp"

namespace harvest::redis {

RedisCache::RedisCache(RedisConnection& connection, const Clock& clock, CacheOptions options)
    : connection_(connection),
      clock_(clock),
      options_(std::move(options))
{
}

AsyncResult<Reply> RedisCache::call(std::vector<std::string> words, Deadline by)
{
    const Result<Patience> wait = patience(clock_, by, options_.timeout);
    if (!wait) co_return wait.error();
    co_return co_await connection_.call(std::move(words), *wait);
}

AsyncResult<std::string> RedisCache::get(CacheKey key, Deadline by)
{
    std::vector<std::string> words{"GET", options_.prefix + key.text()};
    Result<Reply> reply = co_await call(std::move(words), by);
    if (!reply && reply.error() == Errc::data_loss) co_return Errc::not_found; // another type: put() replaces it
    if (!reply) co_return reply.error();
    if (reply->kind != Reply::Kind::text) co_return Errc::not_found;
    co_return std::move(reply->text);
}

AsyncResult<void> RedisCache::put(CacheKey key, std::string value, Millis ttl, Deadline by)
{
    if (value.size() > options_.largest) co_return Errc::resource_exhausted;
    std::vector<std::string> words{"SET", options_.prefix + key.text(), std::move(value), "PX",
                                   std::to_string(std::max<Millis::rep>(1, ttl.count()))};
    const Result<Reply> reply = co_await call(std::move(words), by);
    if (!reply) co_return reply.error();
    co_return Result<void>{};
}

} // namespace harvest::redis
