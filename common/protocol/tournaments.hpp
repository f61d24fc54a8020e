// Bodies of /v1/tournaments (harvest-protocol(7), Tournaments), and the event of a tournament's end.
#pragma once

#include "common/game/tournament/field.hpp"
#include "common/protocol/events.hpp"

namespace harvest {
using TournamentId = Id<'k'>;
}

namespace harvest::protocol {

// The mode of a tournament's matches; nobody queues for it.
inline constexpr std::string_view tournament_mode = "tournament";

BOOST_DEFINE_ENUM_CLASS(TournamentState, open, running, ended, cancelled)

struct TournamentInfo {
    TournamentId tournament;
    std::string name;
    game::tournament::Format format{};
    TournamentState state{};
    std::int64_t round{}, rounds{}; // 0 rounds: known once it begins
    std::int64_t players{}, min_players{}, max_players{}, round_minutes{};
    bool entered{}; // the one who asks is in it
    std::string created_at;
    std::optional<std::string> started_at, ended_at;
};
BOOST_DESCRIBE_STRUCT(TournamentInfo, (),
                      (tournament, name, format, state, round, rounds, players, min_players, max_players, round_minutes,
                       entered, created_at, started_at, ended_at))

struct TournamentList {
    std::vector<TournamentInfo> items;
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(TournamentList, (), (items, next_cursor))

struct TournamentPlayer {
    std::int64_t place{};
    PlayerId player;
    std::string name;
    std::int64_t points{}, wins{}, draws{}, losses{}, byes{}, buchholz{}, opponents_win_rate{}; // rate in thousandths
    bool dropped{};
};
BOOST_DESCRIBE_STRUCT(TournamentPlayer, (),
                      (place, player, name, points, wins, draws, losses, byes, buchholz, opponents_win_rate, dropped))

// Without a second player it is a bye.
struct TournamentTable {
    std::int64_t round{}, table{};
    PlayerId first;
    std::optional<PlayerId> second;
    game::tournament::Outcome outcome{};
    std::optional<MatchId> match;
};
BOOST_DESCRIBE_STRUCT(TournamentTable, (), (round, table, first, second, outcome, match))

struct TournamentPrizeInfo {
    std::int64_t place{};
    std::vector<AssetAmount> reward;
};
BOOST_DESCRIBE_STRUCT(TournamentPrizeInfo, (), (place, reward))

struct TournamentDetail {
    TournamentInfo tournament;
    std::optional<std::string> round_until; // who has not come to the table by then has lost
    std::optional<DeckId> deck;             // of the one who asks
    std::vector<TournamentPlayer> standings;
    std::vector<TournamentTable> pairings;
    std::vector<TournamentPrizeInfo> prizes;
};
BOOST_DESCRIBE_STRUCT(TournamentDetail, (), (tournament, round_until, deck, standings, pairings, prizes))

// PUT /v1/tournaments/{id}/entry
struct TournamentEntryRequest {
    DeckId deck;
};
BOOST_DESCRIBE_STRUCT(TournamentEntryRequest, (), (deck))

// Rpc match "tournament.list": `cursor` is the last page's last id.
struct PlayerTournamentsRequest {
    PlayerId player;
    std::optional<TournamentState> state;
    std::string cursor;
    std::int64_t limit{};
};
BOOST_DESCRIBE_STRUCT(PlayerTournamentsRequest, (), (player, state, cursor, limit))

// Rpc match "tournament.get", "tournament.enter" (with a deck) and "tournament.leave".
struct PlayerTournamentRequest {
    PlayerId player;
    TournamentId tournament;
    std::optional<DeckId> deck;
};
BOOST_DESCRIBE_STRUCT(PlayerTournamentRequest, (), (player, tournament, deck))

namespace event_type {
inline constexpr std::string_view tournament_ended = "harvest.game.tournament.ended.v1";
} // namespace event_type

// A tournament ended for one who was in it: the place paid its prize in the same transaction.
struct TournamentEnded {
    PlayerId player;
    std::string tournament;
    std::int64_t place{};
    std::vector<AssetAmount> reward;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(TournamentEnded, (), (player, tournament, place, reward, changes))

} // namespace harvest::protocol
