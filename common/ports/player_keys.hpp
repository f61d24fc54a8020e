// A random key of 256 bits for each player, that the event log's words of that player are sealed under: it goes with
// the account, and nobody can read them any more.
#pragma once

#include "common/base/ids.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/sealer.hpp"
#include "common/ports/task.hpp"

#include <memory>

namespace harvest {

class PlayerKeys {
public:
    virtual ~PlayerKeys() = default;
    // A sealer under the player's key, which is made on first use. Errors besides the store's own: not_found (the
    // account was deleted), data_loss (this player's key is damaged), failed_precondition (all keys are kept under
    // another key of the installation than this process has).
    virtual AsyncResult<std::shared_ptr<Sealer>> get(PlayerId player, Deadline by) = 0;
};

} // namespace harvest
