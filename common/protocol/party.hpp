// party.* ops (harvest-protocol(7)): friends who come together for a challenge, a match that counts for nothing.
#pragma once

#include "common/protocol/json.hpp"

namespace harvest::protocol {

using PartyId = Id<'y'>;

// The mode of match.queue in which a party plays among itself.
inline constexpr std::string_view challenge_mode = "challenge";

struct PartyMemberInfo {
    PlayerId player;
    std::string name;
    bool leader{};
    bool ready{}; // waits for the others with match.queue
};
BOOST_DESCRIBE_STRUCT(PartyMemberInfo, (), (player, name, leader, ready))

// The reply to party.create and party.join, and part of match.status.
struct PartyInfo {
    PartyId party;
    std::string code; // lets in whoever knows it
    std::string mode;
    std::int64_t size{};    // most members
    std::int64_t version{}; // of what members are told: a higher one is newer
    std::vector<PartyMemberInfo> members;
};
BOOST_DESCRIBE_STRUCT(PartyInfo, (), (party, code, mode, size, version, members))

// party.invite
struct PartyInviteRequest {
    PlayerId player;
};
BOOST_DESCRIBE_STRUCT(PartyInviteRequest, (), (player))

// party.join: one of both; `party` for whoever was invited.
struct PartyJoinRequest {
    std::optional<std::string> code;
    std::optional<PartyId> party;
};
BOOST_DESCRIBE_STRUCT(PartyJoinRequest, (), (code, party))

namespace party_reason {
inline constexpr std::string_view joined = "joined";
inline constexpr std::string_view left = "left";
inline constexpr std::string_view away = "away"; // gone for too long
inline constexpr std::string_view ready = "ready";
inline constexpr std::string_view not_ready = "not_ready";
inline constexpr std::string_view expired = "expired"; // nothing has happened for too long
} // namespace party_reason

// Push party.changed: the party as it is now; without it the player is in none any more.
struct PartyChanged {
    std::string reason; // party_reason; later versions add others
    std::optional<PartyInfo> party;
};
BOOST_DESCRIBE_STRUCT(PartyChanged, (), (reason, party))

// Push party.invited: party.join with `party` accepts.
struct PartyInvited {
    PartyId party;
    std::string mode;
    PlayerId player; // who invites
    std::string name;
};
BOOST_DESCRIBE_STRUCT(PartyInvited, (), (party, mode, player, name))

// Rpc match "party.invite", "party.join"; "party.create" and "party.leave" take PlayerRequest.
struct PlayerPartyInviteRequest {
    PlayerId player;
    PartyInviteRequest request;
};
BOOST_DESCRIBE_STRUCT(PlayerPartyInviteRequest, (), (player, request))

struct PlayerPartyJoinRequest {
    PlayerId player;
    PartyJoinRequest request;
};
BOOST_DESCRIBE_STRUCT(PlayerPartyJoinRequest, (), (player, request))

} // namespace harvest::protocol
