// What was answered to an economy action, by the key that the client made for it (common/protocol/idempotency.hpp).
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"

#include <string>

namespace harvest {

inline constexpr Millis idempotency_kept{7 * 24h};

struct IdempotencyRecord {
    PlayerId player;
    std::string key;     // the player's own
    std::string request; // in canonical form, with the name of the action
    std::string reply;   // JSON
    Millis at{};
};

} // namespace harvest
