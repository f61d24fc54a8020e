// What a running tournament does next (harvest-game(7) §8). Pure: a tournament as it is kept, what is known of its
// tables, and the time give a step.
#pragma once

#include "common/ports/records/match.hpp"
#include "common/ports/records/tournament.hpp"

#include <map>

namespace harvest::match {

// Matches that nobody may come to, or that may be drawn where somebody must go on, before a table is decided without
// one. What came to nothing for another reason is no fault of the players, and is made again as long as the round
// lasts.
inline constexpr std::int64_t most_attempts = 5;

// The match that is to be played at a table now: made once, whoever asks for it.
MatchId match_of(const TournamentId& tournament, const TournamentPairing& pairing);

struct TableFacts {
    std::optional<harvest::Match> match; // match_of(), once it was made
    bool first_here{}, second_here{};    // could be seated now; asked for as long as there is no match
    bool absence_is_sure{true};          // who is not here has not merely been lost from sight
    std::int64_t unattended{};           // matches of this table that nobody came to, `match` among them
};

enum class TableAction { wait, play, again, decided };

struct TableVerdict {
    TableAction action{};
    game::tournament::Outcome outcome{}; // of `decided`
    std::string_view by;
};

// Of an open pairing.
TableVerdict judge_table(const Tournament& tournament, const TournamentPairing& pairing, const TableFacts& facts,
                         Millis now);

// The same as kept: with its outcome, or waiting for the next attempt.
TournamentPairing settled_table(const TournamentId& tournament, TournamentPairing pairing, const TableVerdict& verdict);

using Ratings = std::map<PlayerId, std::int64_t>;

// Every table is decided: the next round, or the end with places, prizes and events. `ratings` of those who play, as
// it begins; `source` names this daemon. Ids are made of tournament and player.
TournamentStep next_step(Tournament tournament, const Ratings& ratings, const std::string& source, Millis now);

// Tables alone have changed.
TournamentStep tables_step(const Tournament& tournament, std::vector<TournamentPairing> changed, Millis now);

} // namespace harvest::match
