// match.* ops (harvest-protocol(7)) and the calls between connsrv, match and instance behind them.
#pragma once

#include "common/protocol/json.hpp"
#include "common/protocol/party.hpp"

namespace harvest::protocol {

struct MatchPreferences {
    std::optional<bool> bots; // false: rather wait than play a bot
    std::optional<std::map<std::string, std::int64_t>> region_latency_ms;
    std::optional<std::int64_t> max_rating_gap; // points; people further away are no opponents, however long it takes
};
BOOST_DESCRIBE_STRUCT(MatchPreferences, (), (bots, region_latency_ms, max_rating_gap))

// match.queue
struct QueueRequest {
    std::string mode; // "ranked", "casual", or challenge_mode within a party
    DeckId deck;
    std::optional<MatchPreferences> preferences;
};
BOOST_DESCRIBE_STRUCT(QueueRequest, (), (mode, deck, preferences))

// `delay_ms`: who walked out of matches today waits so long before the search begins.
struct QueueReply {
    TicketId ticket;
    std::optional<std::int64_t> delay_ms;
};
BOOST_DESCRIBE_STRUCT(QueueReply, (), (ticket, delay_ms))

struct EndpointInfo {
    std::string transport; // "enet", "wss"
    std::string host;
    std::uint16_t port{};
    std::string fingerprint; // hex SHA-256 of the certificate
};
BOOST_DESCRIBE_STRUCT(EndpointInfo, (), (transport, host, port, fingerprint))

struct OpponentInfo {
    std::string name;
    bool bot{};
};
BOOST_DESCRIBE_STRUCT(OpponentInfo, (), (name, bot))

// Push match.found: connect to one of `endpoints` and send battle.join with `ticket`.
struct MatchFound {
    MatchId match;
    std::string mode;
    int seat{}; // 1 or 2
    OpponentInfo opponent;
    std::vector<EndpointInfo> endpoints;
    std::string ticket;
};
BOOST_DESCRIBE_STRUCT(MatchFound, (), (match, mode, seat, opponent, endpoints, ticket))

// Push match.aborted
struct MatchAborted {
    MatchId match;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(MatchAborted, (), (match, reason))

// Push match.cancelled: the ticket has left the queue without a match ("bad_deck", "party_changed", "banned",
// "signed_out").
struct QueueCancelled {
    TicketId ticket;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(QueueCancelled, (), (ticket, reason))

// match.status: "idle", "queued" (ticket) or "in_match" (found, with a fresh ticket); the party that one is in.
struct StatusReply {
    std::string state;
    std::optional<TicketId> ticket;
    std::optional<std::int64_t> waited_ms;
    std::optional<MatchFound> found;
    std::optional<PartyInfo> party;
};
BOOST_DESCRIBE_STRUCT(StatusReply, (), (state, ticket, waited_ms, found, party))

// match.rematch: asks the other player of a match that is over for another one, agrees to it, or declines.
struct RematchRequest {
    MatchId match;
    std::optional<bool> decline; // also takes one's own asking back
};
BOOST_DESCRIBE_STRUCT(RematchRequest, (), (match, decline))

struct RematchReply {
    std::string state;                         // "asked", "agreed" (match.found comes), "declined"
    std::optional<std::int64_t> expires_in_ms; // of "asked"
};
BOOST_DESCRIBE_STRUCT(RematchReply, (), (state, expires_in_ms))

// Push match.rematch: the other asks, or nothing comes of it.
struct RematchNews {
    MatchId match;      // that was played
    std::string reason; // "asked", "declined", "elsewhere", "away", "expired", "failed"
    PlayerId player;    // who asked
    std::string name;
    std::optional<std::int64_t> expires_in_ms; // of "asked"
};
BOOST_DESCRIBE_STRUCT(RematchNews, (), (match, reason, player, name, expires_in_ms))

struct PlayerRematchRequest { // Rpc match "rematch"
    PlayerId player;
    RematchRequest request;
};
BOOST_DESCRIBE_STRUCT(PlayerRematchRequest, (), (player, request))

// Rpc match "queue", "cancel", "status", "party.create", "party.leave": the same for a player that connsrv vouches
// for.
struct PlayerQueueRequest {
    PlayerId player;
    QueueRequest request;
};
BOOST_DESCRIBE_STRUCT(PlayerQueueRequest, (), (player, request))

struct PlayerRequest {
    PlayerId player;
};
BOOST_DESCRIBE_STRUCT(PlayerRequest, (), (player))

// Rpc match "absent": people who have not come to their seats of a match; they are told again where it is.
struct AbsentRequest {
    MatchId match;
    std::vector<int> seats;
};
BOOST_DESCRIBE_STRUCT(AbsentRequest, (), (match, seats))

// Rpc instance/<id> "host"
struct HostRequest {
    MatchId match;
};
BOOST_DESCRIBE_STRUCT(HostRequest, (), (match))

struct HostReply {
    std::string instance;
    std::vector<EndpointInfo> endpoints;
};
BOOST_DESCRIBE_STRUCT(HostReply, (), (instance, endpoints))

} // namespace harvest::protocol
