// What the end of a season changes for a player: rating half-way to 1500, and the reward of the best league
// (harvest-game(7) §6). Pure.
#pragma once

#include "common/game/rating/leagues.hpp"
#include "common/ports/records/season.hpp"

namespace harvest::match {

// The board on which a place counts for the highest league.
BoardRule board_of(const game::rating::Ladder& ladder);

// Ids are made of season and player; `source` names this daemon.
SeasonEnd end_of(const game::rating::Ladder& ladder, std::int64_t season, const SeasonPlayer& player,
                 const std::string& source, Millis now);

} // namespace harvest::match
