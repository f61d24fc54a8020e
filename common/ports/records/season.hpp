// A season as the store keeps it, and what its end does to a player (harvest-game(7) §6). Ratings are in thousandths.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"
#include "common/ports/records/event.hpp"
#include "common/ports/records/ledger.hpp"
#include "common/ports/records/match.hpp"

#include <optional>
#include <string>
#include <vector>

namespace harvest {

// From which rating on a player's place on the board counts, and how many places do. As it was when a season opened.
struct BoardRule {
    std::int64_t rating{}, places{}; // places 0: none
    friend bool operator==(const BoardRule&, const BoardRule&) = default;
};

struct Season {
    std::int64_t number{};
    BoardRule board;
    Millis opened_at{}, closed_at{};    // closed 0: it is open
    std::int64_t players{}, rewarded{}; // whose rating its end has reset, and who got a reward
};

// The best that a player was in a season; place 0: never on the board that counts.
struct SeasonBest {
    std::int64_t rating{}, place{};
};

// A player whom the end of a season has not come to yet; `best` of those who played a rated match in it.
struct SeasonPlayer {
    Rating rating;
    std::optional<SeasonBest> best;
};

// What the end of a season changes for a player: nothing if `before` is not what is stored any more.
struct SeasonEnd {
    Rating before;
    std::int64_t rating{}, deviation{}; // from now on
    std::string league;                 // the best; empty: did not play
    std::vector<Transfer> reward;
    OutboxEvent told;
};

} // namespace harvest
