// Answers that cost much and never change under their key: the key names the version of what made them, so that no
// change has to be told. May forget anything at any time; nothing is decided from it.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <cstdint>
#include <string>

namespace harvest {

struct CacheKey {
    std::string kind;       // "replay"
    std::int64_t version{}; // of the form that the values of this kind have
    std::string id;         // of the one thing, with its own version where it has one
    std::string text() const { return kind + ':' + std::to_string(version) + ':' + id; }
};

class Cache {
public:
    virtual ~Cache() = default;
    // Errors: not_found (a miss), timed_out, unavailable.
    virtual AsyncResult<std::string> get(CacheKey key, Deadline by) = 0;
    // Errors: resource_exhausted (larger than it keeps), timed_out, unavailable.
    virtual AsyncResult<void> put(CacheKey key, std::string value, Millis ttl, Deadline by) = 0;
};

} // namespace harvest
