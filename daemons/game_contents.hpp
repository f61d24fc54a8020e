// The game's data as it is now, and the battle's rules as they were when a match began.
#pragma once

#include "common/game/game_data.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <memory>
#include <string>

namespace harvest {

class GameContents {
public:
    virtual ~GameContents() = default;
    // Never null, and safe on any thread. A reload may come between two calls: ask once for what belongs together.
    virtual std::shared_ptr<const game::GameData> now() const = 0;
    // The rules with this hash. Errors: not_found (never kept), data_loss (what is kept has another hash), those of the
    // store.
    virtual AsyncResult<std::shared_ptr<const game::battle::Content>> rules(std::string hash, Deadline by) = 0;
};

} // namespace harvest
