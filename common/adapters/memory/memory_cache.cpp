#include "common/adapters/memory/memory_cache.hpp"

#include "common/adapters/memory/yield.hpp"

namespace harvest::memory {

MemoryCache::MemoryCache(const Clock& clock, std::size_t capacity) : clock_(clock), capacity_(capacity) {}

void MemoryCache::erase(Entries::iterator at)
{
    bytes_ -= at->bytes();
    by_key_.erase(at->key);
    entries_.erase(at);
}

AsyncResult<std::string> MemoryCache::get(CacheKey key, Deadline)
{
    co_await yield();
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key.text());
    if (found == by_key_.end()) co_return Errc::not_found;
    const Entries::iterator at = found->second;
    if (at->expires <= clock_.monotonic()) {
        erase(at);
        co_return Errc::not_found;
    }
    entries_.splice(entries_.begin(), entries_, at);
    co_return at->value;
}

AsyncResult<void> MemoryCache::put(CacheKey key, std::string value, Millis ttl, Deadline)
{
    co_await yield();
    Entry entry{key.text(), std::move(value), clock_.monotonic() + ttl};
    const std::size_t size = entry.bytes();
    if (size > capacity_ / 8) co_return Errc::resource_exhausted;
    const std::lock_guard lock(mutex_);
    if (const auto old = by_key_.find(entry.key); old != by_key_.end()) erase(old->second);
    while (bytes_ + size > capacity_) erase(std::prev(entries_.end()));
    entries_.push_front(std::move(entry));
    by_key_.emplace(entries_.front().key, entries_.begin());
    bytes_ += size;
    co_return Result<void>{};
}

std::size_t MemoryCache::bytes() const
{
    const std::lock_guard lock(mutex_);
    return bytes_;
}

} // namespace harvest::memory
