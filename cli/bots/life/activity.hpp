// One pastime besides playing: each is a file here, and its constructor lists what it works with.
#pragma once

#include "cli/bots/client.hpp"

namespace harvest::bots {

class Activity {
public:
    virtual ~Activity() = default;
    // Does some of it, a handful of requests at most. Errors: a cut link's; what the server refuses is noted, no more.
    virtual AsyncResult<void> step() = 0;
};

} // namespace harvest::bots
