// Watching a match (harvest-protocol(7)): match.watch of connsrv gives a ticket, spectate.join of the instance takes
// it.
#pragma once

#include "common/protocol/battle.hpp"
#include "common/protocol/matchmaking.hpp"

namespace harvest::protocol {

using game::battle::SpectatorView;

// match.watch: a place among the spectators of a match that is being played.
struct WatchRequest {
    MatchId match;
};
BOOST_DESCRIBE_STRUCT(WatchRequest, (), (match))

// Connect to one of `endpoints` and send spectate.join with `ticket`. `players` of seats 1 and 2.
struct WatchReply {
    MatchId match;
    std::string mode;
    std::vector<OpponentInfo> players;
    bool judge{}; // sees without delay
    std::vector<EndpointInfo> endpoints;
    std::string ticket;
};
BOOST_DESCRIBE_STRUCT(WatchReply, (), (match, mode, players, judge, endpoints, ticket))

// Rpc match "watch": the same for a player that connsrv vouches for.
struct PlayerWatchRequest {
    PlayerId player;
    MatchId match;
};
BOOST_DESCRIBE_STRUCT(PlayerWatchRequest, (), (player, match))

// spectate.join: the first message of a spectator, within 5 s.
struct SpectateRequest {
    std::string ticket;
};
BOOST_DESCRIBE_STRUCT(SpectateRequest, (), (ticket))

// How things stood `delay_turns` ago; no view while the match is younger than that. `phase` as in battle.join, of now.
struct SpectateReply {
    MatchId match;
    std::string phase;
    std::string commitment;
    std::int64_t delay_turns{};
    std::int64_t command{}; // the last one shown; 0 is the deal
    std::optional<SpectatorView> view;
};
BOOST_DESCRIBE_STRUCT(SpectateReply, (), (match, phase, commitment, delay_turns, command, view))

// Push spectate.update, seq 0: who lost some joins again.
struct SpectateUpdate {
    std::int64_t command{};
    std::vector<Event> events;
    SpectatorView view;
};
BOOST_DESCRIBE_STRUCT(SpectateUpdate, (), (command, events, view))

// Push spectate.end, seq 0, once the result is on disk: what battle.end proves, without what is the seats' own.
struct SpectateEnd {
    MatchId match;
    int winner{};
    std::string reason;
    std::int64_t turns{}, commands{};
    std::string server_seed;
    std::vector<std::string> nonces;
    std::string final_hash;
};
BOOST_DESCRIBE_STRUCT(SpectateEnd, (), (match, winner, reason, turns, commands, server_seed, nonces, final_hash))

} // namespace harvest::protocol
