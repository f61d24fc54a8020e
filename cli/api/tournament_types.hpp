// Bodies of the admin API's tournaments.
#pragma once

#include "common/protocol/tournaments.hpp"

namespace harvest::cli::api {

struct TournamentItem {
    std::string id, name, made_from, format, state;
    std::int64_t round{}, rounds{}, players{}, min_players{}, max_players{}, round_minutes{};
    std::string created_at, started_at, round_until, ended_at;
};
BOOST_DESCRIBE_STRUCT(TournamentItem, (),
                      (id, name, made_from, format, state, round, rounds, players, min_players, max_players,
                       round_minutes, created_at, started_at, round_until, ended_at))

struct TournamentStanding {
    std::int64_t place{};
    std::string player, name;
    std::int64_t points{}, wins{}, draws{}, losses{}, byes{}, buchholz{}, opponents_win_rate{};
    bool dropped{};
};
BOOST_DESCRIBE_STRUCT(TournamentStanding, (),
                      (place, player, name, points, wins, draws, losses, byes, buchholz, opponents_win_rate, dropped))

// Without a second player it is a bye.
struct TournamentTableItem {
    std::int64_t round{}, table{};
    std::string first, first_name, second, second_name, outcome, decided_by, match;
    std::int64_t attempts{}; // matches that came to nothing, or were drawn
};
BOOST_DESCRIBE_STRUCT(TournamentTableItem, (),
                      (round, table, first, first_name, second, second_name, outcome, decided_by, match, attempts))

struct TournamentView : TournamentItem {
    std::vector<TournamentStanding> standings;
    std::vector<TournamentTableItem> pairings;
};
BOOST_DESCRIBE_STRUCT(TournamentView, (TournamentItem), (standings, pairings))

// To create one of a template, whose rules may be others for once.
struct CreateTournament {
    std::string made_from;
    std::optional<std::string> name;
    std::optional<std::int64_t> rounds, round_minutes, min_players, max_players;
    std::string reason;
    std::optional<std::string> ticket, plan;
    std::optional<bool> dry_run;
};
BOOST_DESCRIBE_STRUCT(CreateTournament, (),
                      (made_from, name, rounds, round_minutes, min_players, max_players, reason, ticket, plan, dry_run))

// Every other change; `player` of a drop, the rest of an override.
struct ChangeTournament {
    std::optional<std::string> player;
    std::optional<std::int64_t> round, table;
    std::optional<game::tournament::Outcome> outcome;
    std::string reason;
    std::optional<std::string> ticket, plan;
    std::optional<bool> dry_run;
    std::optional<bool> unstarted; // only if it has not begun
};
BOOST_DESCRIBE_STRUCT(ChangeTournament, (), (player, round, table, outcome, reason, ticket, plan, dry_run, unstarted))

} // namespace harvest::cli::api
