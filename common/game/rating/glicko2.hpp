// Glicko-2 (M. Glickman, "Example of the Glicko-2 system", 2013; harvest-game(7) §6). Computed in double precision
// once, at settlement; kept in whole thousandths (volatility in millionths, where thousandths would freeze it).
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <span>

namespace harvest::game::rating {

struct Rating {
    std::int64_t rating{1'500'000};  // thousandths
    std::int64_t deviation{350'000}; // RD, thousandths
    std::int64_t volatility{60'000}; // millionths
    friend bool operator==(const Rating&, const Rating&) = default;
};
BOOST_DESCRIBE_STRUCT(Rating, (), (rating, deviation, volatility))

struct Game {
    Rating opponent;
    int score{}; // of this player in halves: 2 won, 1 drew, 0 lost
};

inline constexpr double default_tau = 0.5;

// One rating period with these games (a match is a period of its own).
Rating update(const Rating& player, std::span<const Game> games, double tau = default_tau);

// RD grown over whole idle periods (UTC days), at most the starting 350.
Rating idle(const Rating& player, std::int64_t periods);

// Chance to win in thousandths, both deviations considered.
int expected(const Rating& player, const Rating& opponent);

// The reset between seasons: half-way to 1500, RD at least 150.
Rating season_reset(const Rating& player);

} // namespace harvest::game::rating
