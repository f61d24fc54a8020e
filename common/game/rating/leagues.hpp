// Leagues and seasons as data, from config/game/leagues.yaml (harvest-game(7) §6). Ratings are in thousandths.
#pragma once

#include "common/base/time.hpp"
#include "common/game/farm/actions.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace harvest::game::rating {

struct League {
    std::string id, name;
    std::int64_t rating{}; // from here
    std::int64_t top{};    // for so many places of the board; 0: for everybody
    std::vector<farm::Item> reward;
};

class Ladder {
public:
    // Checks nothing: the loader has. `leagues` from the lowest, which is for every rating.
    static Ladder finish(std::string version, Millis begins, Millis season_length, std::vector<League> leagues);

    const std::string& version() const { return version_; }
    const std::string& hash() const { return hash_; } // SHA-256 in hex
    const std::vector<League>& leagues() const { return leagues_; }
    // The highest that this rating and place on the board belong to; place 0: on no board.
    const League& league_of(std::int64_t rating, std::int64_t place) const;

    // The number of the season of a time, from 1; 0 before the first.
    std::int64_t season_of(Millis at) const;
    Millis begin_of(std::int64_t season) const;
    Millis end_of(std::int64_t season) const { return begin_of(season + 1); }

private:
    std::string version_, hash_;
    Millis begins_{}, season_length_{};
    std::vector<League> leagues_;
};

} // namespace harvest::game::rating
