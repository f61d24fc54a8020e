// session.* and presence.* ops of the connection server (harvest-protocol(7)).
#pragma once

#include "common/protocol/json.hpp"

namespace harvest::protocol {

inline constexpr std::string_view live_protocol = "harvest.v1";

struct ClientInfo {
    std::string name, version;
    std::string device_class; // "desktop", "mobile", "web", "bot": one live session each
};
BOOST_DESCRIBE_STRUCT(ClientInfo, (), (name, version, device_class))

// session.hello: the first message, within 5 s.
struct HelloRequest {
    std::string token; // access token
    std::string protocol;
    ClientInfo client;
};
BOOST_DESCRIBE_STRUCT(HelloRequest, (), (token, protocol, client))

struct HelloReply {
    PlayerId player;
    SessionId session;
    std::string name;
    std::string resume;            // opaque; for session.resume after a drop
    std::int64_t resume_seconds{}; // how long it is good after the drop
    std::int64_t ping_seconds{};   // send session.ping at least so often
    std::string server;            // "connsrv-0"
};
BOOST_DESCRIBE_STRUCT(HelloReply, (), (player, session, name, resume, resume_seconds, ping_seconds, server))

// session.resume: instead of hello, after a drop; pushes after `last_seq` are sent again.
struct ResumeRequest {
    std::string token, resume;
    std::string protocol;
    std::int64_t last_seq{};
};
BOOST_DESCRIBE_STRUCT(ResumeRequest, (), (token, resume, protocol, last_seq))

struct ResumeReply {
    PlayerId player;
    SessionId session;
    std::int64_t replayed{};
    bool moved{}; // from another connection server: pushes made just when it changed hands may be missing
};
BOOST_DESCRIBE_STRUCT(ResumeReply, (), (player, session, replayed, moved))

// session.ping: `seq` is the last push that arrived; those up to it are not kept for a resume any more.
struct PingRequest {
    std::optional<std::int64_t> seq;
};
BOOST_DESCRIBE_STRUCT(PingRequest, (), (seq))

struct PingReply {
    std::string time; // the server's wall clock
};
BOOST_DESCRIBE_STRUCT(PingReply, (), (time))

// presence.set, presence.subscribe
struct PresenceSetRequest {
    std::string status; // online, away, busy
};
BOOST_DESCRIBE_STRUCT(PresenceSetRequest, (), (status))

struct PresenceSubscribeRequest {
    std::vector<PlayerId> players; // at most 100
};
BOOST_DESCRIBE_STRUCT(PresenceSubscribeRequest, (), (players))

struct PresenceEntry {
    PlayerId player;
    std::string status; // also "offline", "in_match"
};
BOOST_DESCRIBE_STRUCT(PresenceEntry, (), (player, status))

struct PresenceList {
    std::vector<PresenceEntry> players;
};
BOOST_DESCRIBE_STRUCT(PresenceList, (), (players))

// Rpc connsrv/<id> "push": a message for a player who is connected there.
struct PushRequest {
    PlayerId player;
    std::string op;
    RawJson data;
};
BOOST_DESCRIBE_STRUCT(PushRequest, (), (player, op, data))

struct PushReply {
    std::int64_t sessions{}; // that it was queued for
};
BOOST_DESCRIBE_STRUCT(PushReply, (), (sessions))

// Rpc connsrv/<id> "replace": a newer session of this device class lives elsewhere.
struct ReplaceRequest {
    PlayerId player;
    SessionId session; // the newer one
    std::string device_class;
};
BOOST_DESCRIBE_STRUCT(ReplaceRequest, (), (player, session, device_class))

// Rpc connsrv/<id> "surrender": the caller has taken this holding of a session from the resume buffers.
struct SurrenderRequest {
    PlayerId player;
    std::string fence;       // of the holding
    std::int64_t last_seq{}; // the last push that was in the buffer
};
BOOST_DESCRIBE_STRUCT(SurrenderRequest, (), (player, fence, last_seq))

struct SurrenderReply {
    bool whole{};                    // false: some of the pushes after it are gone
    std::vector<std::string> pushes; // those after it
    std::string status;
    std::vector<std::string> channels;
    std::vector<PlayerId> watching;
};
BOOST_DESCRIBE_STRUCT(SurrenderReply, (), (whole, pushes, status, channels, watching))

} // namespace harvest::protocol
