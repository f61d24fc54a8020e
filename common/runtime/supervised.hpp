// What the supervisor runs: an object with its own single-threaded loop.
#pragma once

#include "common/ports/task.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace harvest {

class Supervised {
public:
    virtual ~Supervised() = default;
    virtual std::string_view name() const = 0; // "auth"
    // Serves until stop(), finishes what it began, returns. Throws only if it cannot start.
    virtual Task<void> run() = 0;
    // On its own thread; a second call is harmless.
    virtual void stop() = 0;
    // On its own thread: it answers requests.
    virtual bool ready() const = 0;
    // On its own thread: figures for `admin status` ("tickets": 12), and what holds a drain.
    virtual std::map<std::string, std::int64_t> load() const { return {}; }
};

} // namespace harvest
