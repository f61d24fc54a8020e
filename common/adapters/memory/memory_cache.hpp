// The cache of one process: what was read longest ago goes first. For any thread; entries expire by the monotonic
// clock.
#pragma once

#include "common/ports/cache.hpp"

#include <list>
#include <map>
#include <mutex>

namespace harvest::memory {

class MemoryCache final : public Cache {
public:
    // `capacity` in bytes of keys and values; no value may take more than an eighth of it.
    explicit MemoryCache(const Clock& clock, std::size_t capacity = 64U << 20U);

    AsyncResult<std::string> get(CacheKey key, Deadline by) override;
    AsyncResult<void> put(CacheKey key, std::string value, Millis ttl, Deadline by) override;
    std::size_t bytes() const;

private:
    struct Entry {
        std::string key, value;
        Millis expires{};
        std::size_t bytes() const { return key.size() + value.size(); }
    };
    using Entries = std::list<Entry>; // read last at the front
    void erase(Entries::iterator at);

    const Clock& clock_;
    std::size_t capacity_, bytes_{};
    mutable std::mutex mutex_;
    Entries entries_;
    std::map<std::string, Entries::iterator, std::less<>> by_key_;
};

} // namespace harvest::memory
