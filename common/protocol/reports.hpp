// Bodies of POST /v1/reports: a message or a player is brought before a moderator, with what proves it
// (harvest-protocol(7), Reports).
#pragma once

#include "common/protocol/json.hpp"

namespace harvest {
using ReportId = Id<'r'>;
}

namespace harvest::protocol {

BOOST_DEFINE_ENUM_CLASS(ReportReason, abuse, hate, spam, cheating, stalling, bad_name, other)
BOOST_DEFINE_ENUM_CLASS(ReportState, open, taken, closed)
BOOST_DEFINE_ENUM_CLASS(ReportOutcome, upheld, dismissed)

// Either a message with its channel, or a player, perhaps with a match that shows it.
struct ReportRequest {
    ReportReason reason{};
    std::optional<std::string> channel; // as in chat.send
    std::optional<MessageId> message;
    std::optional<PlayerId> player;
    std::optional<MatchId> match;
    std::optional<std::string> note; // at most 500 characters
};
BOOST_DESCRIBE_STRUCT(ReportRequest, (), (reason, channel, message, player, match, note))

struct ReportReply {
    ReportId report;
    PlayerId player; // who was reported
    std::string opened_at;
};
BOOST_DESCRIBE_STRUCT(ReportReply, (), (report, player, opened_at))

// Rpc chat "report": the same for a player that the gateway vouches for.
struct PlayerReportRequest {
    PlayerId player;
    ReportRequest request;
};
BOOST_DESCRIBE_STRUCT(PlayerReportRequest, (), (player, request))

struct PlayerReportReply {
    ReportReply report;
    bool repeated{}; // it was open already
};
BOOST_DESCRIBE_STRUCT(PlayerReportReply, (), (report, repeated))

} // namespace harvest::protocol
