// Rpc "report" (POST /v1/reports): what a player sees is brought before a moderator, as it stands at this moment.
#include "common/protocol/report_errc.hpp"
#include "daemons/chat/chat.hpp"

namespace harvest::chat {
namespace {

using protocol::ReportErrc;

constexpr std::size_t messages_before = 5, max_note = 500;

} // namespace

// A match that goes on is its players' business (GET /v1/matches/{id}).
AsyncResult<void> Chat::seen_in_match(MatchId id, PlayerId reporter, PlayerId reported, Deadline by)
{
    const Result<Match> match = co_await matches_.get(id, by);
    if (!match && match.error() == Errc::not_found) co_return ReportErrc::no_such_match;
    if (!match) co_return match.error();
    const auto sat = [&](const PlayerId& player) {
        return match->seats[0].player == player || match->seats[1].player == player;
    };
    const bool over = match->state == MatchState::ended || match->state == MatchState::aborted;
    if (!sat(reported) || (!over && !sat(reporter))) co_return ReportErrc::no_such_match;
    co_return Result<void>{};
}

AsyncResult<Report> Chat::read_report(protocol::PlayerReportRequest call, Deadline by)
{
    protocol::ReportRequest& asked = call.request;
    const bool of_message = asked.message.has_value();
    if (of_message == asked.player.has_value() || of_message != asked.channel.has_value())
        co_return Errc::invalid_argument;
    if (of_message && asked.match) co_return Errc::invalid_argument;
    Report report;
    report.id = new_id<ReportId>(clock_, entropy_);
    report.reporter = call.player;
    report.reason = asked.reason;
    report.opened_at = clock_.now();
    if (asked.note) {
        Result<std::string> note = clean_text(*asked.note, max_note);
        if (!note) co_return ReportErrc::bad_note;
        report.note = std::move(*note);
    }
    if (!of_message) {
        report.reported = std::move(*asked.player);
        if (report.reported == report.reporter) co_return ReportErrc::self;
        if (asked.match) {
            report.match = std::move(*asked.match);
            const Result<void> seen = co_await seen_in_match(report.match, report.reporter, report.reported, by);
            if (!seen) co_return seen.error();
        }
        co_return report;
    }
    Result<Channel> channel = parse_channel(*asked.channel, call.player);
    if (!channel) co_return channel.error();
    const Result<std::vector<PlayerId>> players = co_await audience(*channel, call.player);
    if (!players) co_return players.error();
    report.channel = std::move(channel->kept);
    report.message = std::move(*asked.message);
    co_return report;
}

AsyncResult<std::string> Chat::handle_report(std::string body, Deadline by)
{
    auto call = protocol::decode<protocol::PlayerReportRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    Result<Report> report = co_await read_report(std::move(*call), by);
    if (!report) co_return report.error();
    const Result<FiledReport> filed = co_await reports_.file(std::move(*report), messages_before, by);
    if (!filed) co_return filed.error();
    if (!filed->repeated) figures_.reported.add();
    const protocol::PlayerReportReply reply{
        {filed->report.id, filed->report.reported, to_rfc3339(filed->report.opened_at)}, filed->repeated};
    co_return protocol::encode(reply);
}

} // namespace harvest::chat
