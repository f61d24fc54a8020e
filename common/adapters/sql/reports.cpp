#include "common/adapters/sql/reports.hpp"

#include "common/protocol/report_errc.hpp"

#include <fmt/format.h>

namespace harvest::sql {
namespace {

using protocol::ReportErrc;
using protocol::ReportOutcome;
using protocol::ReportReason;
using protocol::ReportState;

constexpr std::int64_t undecided = -1; // as an outcome

#define REPORT_COLUMNS                                                                                                 \
    "id, reporter, reported, reason, note, channel, message, match_id, state, opened_at, moderator, moved_at, outcome"

Report to_report(const Row& row)
{
    Report report;
    report.id = ReportId{row.text(0)};
    report.reporter = PlayerId{row.text(1)};
    report.reported = PlayerId{row.text(2)};
    report.reason = static_cast<ReportReason>(row.integer(3));
    report.note = row.text(4);
    report.channel = row.text(5);
    report.message = MessageId{row.text(6)};
    report.match = MatchId{row.text(7)};
    report.state = static_cast<ReportState>(row.integer(8));
    report.opened_at = Millis{row.integer(9)};
    report.moderator = row.text(10);
    report.moved_at = Millis{row.integer(11)};
    if (row.integer(12) != undecided) report.outcome = static_cast<ReportOutcome>(row.integer(12));
    return report;
}

// What a reporter has one open report of.
std::string subject_of(const Report& report)
{
    return report.message.empty() ? report.reported.value : report.message.value;
}

Result<std::vector<ChatMessage>> read_evidence(Connection& connection, const ReportId& report)
{
    const Result<Rows> rows =
        connection.execute("SELECT id, channel, seq, author, author_name, body, at, edited_at FROM report_messages "
                           "WHERE report = $1 ORDER BY seq",
                           {report.value});
    if (!rows) return rows.error();
    std::vector<ChatMessage> messages;
    for (const Row& row : *rows)
        messages.push_back({MessageId{row.text(0)}, row.text(1), row.integer(2), PlayerId{row.text(3)}, row.text(4),
                            row.text(5), Millis{row.integer(6)}, Millis{row.integer(7)}, Millis{}});
    return messages;
}

Result<Report> read_report(Connection& connection, const ReportId& id)
{
    const Result<Rows> rows = connection.execute("SELECT " REPORT_COLUMNS " FROM reports WHERE id = $1", {id.value});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    Report report = to_report(rows->front());
    Result<std::vector<ChatMessage>> evidence = read_evidence(connection, id);
    if (!evidence) return evidence.error();
    report.evidence = std::move(*evidence);
    return report;
}

// The reporter's, of that subject. Errors: not_found.
Result<Report> read_open(Connection& connection, const PlayerId& reporter, const std::string& subject)
{
    const Result<Rows> rows =
        connection.execute("SELECT id FROM reports WHERE reporter = $1 AND subject = $2 AND state < $3",
                           {reporter.value, subject, static_cast<std::int64_t>(ReportState::closed)});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    return read_report(connection, ReportId{rows->front().text(0)});
}

Result<void> check_living(Connection& connection, const PlayerId& player, const Error& otherwise)
{
    const Result<Rows> rows =
        connection.execute("SELECT 1 FROM accounts WHERE id = $1 AND deleted_at = 0", {player.value});
    if (!rows) return rows.error();
    if (rows->empty()) return otherwise;
    return {};
}

// Who is reported: of a message its author. Gives the number of that message, 0 without one.
Result<std::int64_t> find_reported(Connection& connection, Report& report)
{
    if (report.message.empty()) return 0;
    const Result<Rows> rows =
        connection.execute("SELECT author, seq FROM chat_messages WHERE id = $1 AND channel = $2 AND deleted_at = 0",
                           {report.message.value, report.channel});
    if (!rows) return rows.error();
    if (rows->empty()) return ReportErrc::no_such_message;
    report.reported = PlayerId{rows->front().text(0)};
    return rows->front().integer(1);
}

Result<void> keep_report(Connection& connection, const Report& report)
{
    const Result<Rows> kept = connection.execute(
        "INSERT INTO reports (" REPORT_COLUMNS
        ", subject) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0, $11, $12)",
        {report.id.value, report.reporter.value, report.reported.value, static_cast<std::int64_t>(report.reason),
         report.note, report.channel, report.message.value, report.match.value,
         static_cast<std::int64_t>(ReportState::open), report.opened_at.count(), undecided, subject_of(report)});
    if (!kept) return kept.error();
    return {};
}

Result<FiledReport> file_report(Connection& connection, Report report, std::int64_t before)
{
    if (report.id.empty() || (report.message.empty() && report.reported.empty())) return Errc::invalid_argument;
    if (const Result<void> there = check_living(connection, report.reporter, Errc::not_found); !there)
        return there.error();
    const Result<Report> open = read_open(connection, report.reporter, subject_of(report));
    if (open) return FiledReport{*open, true};
    if (open.error() != Errc::not_found) return open.error();
    const Result<std::int64_t> number = find_reported(connection, report);
    if (!number) return number.error();
    if (report.reported == report.reporter) return ReportErrc::self;
    if (const Result<void> there = check_living(connection, report.reported, ReportErrc::no_such_player); !there)
        return there.error();
    if (const Result<void> kept = keep_report(connection, report); !kept) return kept.error();
    if (*number > 0) {
        const Result<Rows> copied = connection.execute(
            "INSERT INTO report_messages (report, seq, id, channel, author, author_name, body, at, edited_at) "
            "SELECT CAST($1 AS text), seq, id, channel, author, author_name, body, at, edited_at FROM chat_messages "
            "WHERE channel = $2 AND seq <= $3 AND deleted_at = 0 ORDER BY seq DESC LIMIT $4",
            {report.id.value, report.channel, *number, before + 1});
        if (!copied) return copied.error();
    }
    const Result<Report> filed = read_report(connection, report.id);
    if (!filed) return filed.error();
    return FiledReport{*filed, false};
}

Result<std::vector<Report>> list_reports(Connection& connection, const ReportFilter& filter)
{
    std::vector<Param> params;
    std::string where;
    const auto restrict_by = [&](std::string_view condition, Param value) {
        params.push_back(value);
        where += fmt::format("{}{}${}", where.empty() ? " WHERE " : " AND ", condition, params.size());
    };
    if (!filter.after.empty()) restrict_by("id < ", filter.after);
    if (filter.state) restrict_by("state = ", static_cast<std::int64_t>(*filter.state));
    if (!filter.moderator.empty()) restrict_by("moderator = ", filter.moderator);
    if (!filter.reported.empty()) restrict_by("reported = ", filter.reported.value);
    params.emplace_back(static_cast<std::int64_t>(filter.limit));
    const std::string statement =
        fmt::format("SELECT " REPORT_COLUMNS " FROM reports{} ORDER BY id DESC LIMIT ${}", where, params.size());
    const Result<Rows> rows = connection.execute(statement, std::span<const Param>(params));
    if (!rows) return rows.error();
    std::vector<Report> reports;
    for (const Row& row : *rows) reports.push_back(to_report(row));
    return reports;
}

Result<Report> move_report(Connection& connection, const ReportMove& move)
{
    const Result<Report> now = read_report(connection, move.report);
    if (!now) return now.error();
    const bool closing = move.to == ReportState::closed;
    if (move.to == ReportState::open || closing != move.outcome.has_value()) return Errc::invalid_argument;
    if (now->state == move.to && (closing || now->moderator == move.moderator)) return Errc::failed_precondition;
    if (move.seen && (now->state != move.seen->state || now->moderator != move.seen->moderator)) return Errc::conflict;
    if (now->state == ReportState::closed && !now->reporter.empty()) {
        const Result<Report> another = read_open(connection, now->reporter, subject_of(*now));
        if (another) return Errc::conflict;
        if (another.error() != Errc::not_found) return another.error();
    }
    const Result<Rows> set =
        connection.execute("UPDATE reports SET state = $2, moderator = $3, moved_at = $4, outcome = $5 WHERE id = $1",
                           {move.report.value, static_cast<std::int64_t>(move.to), move.moderator, move.at.count(),
                            move.outcome ? static_cast<std::int64_t>(*move.outcome) : undecided});
    if (!set) return set.error();
    return read_report(connection, move.report);
}

Result<std::size_t> drop_closed_reports(Connection& connection, Millis until, std::int64_t limit)
{
    const Result<Rows> old =
        connection.execute("SELECT id FROM reports WHERE state = $1 AND moved_at < $2 ORDER BY moved_at, id LIMIT $3",
                           {static_cast<std::int64_t>(ReportState::closed), until.count(), limit});
    if (!old) return old.error();
    for (const Row& row : *old)
        for (const char* statement :
             {"DELETE FROM report_messages WHERE report = $1", "DELETE FROM reports WHERE id = $1"}) {
            const Result<Rows> gone = connection.execute(statement, {row.text(0)});
            if (!gone) return gone.error();
        }
    return old->size();
}

} // namespace

AsyncResult<FiledReport> SqlReports::file(Report report, std::size_t before, Deadline by)
{
    return write<FiledReport>(
        database_,
        [report = std::move(report), before = static_cast<std::int64_t>(before)](Connection& connection) {
            return file_report(connection, report, before);
        },
        by);
}

AsyncResult<Report> SqlReports::get(ReportId report, Deadline by)
{
    return read<Report>(
        database_, [report = std::move(report)](Connection& connection) { return read_report(connection, report); },
        by);
}

AsyncResult<std::vector<Report>> SqlReports::list(ReportFilter filter, Deadline by)
{
    return read<std::vector<Report>>(
        database_, [filter = std::move(filter)](Connection& connection) { return list_reports(connection, filter); },
        by);
}

AsyncResult<Report> SqlReports::move(ReportMove move, Deadline by)
{
    return write<Report>(
        database_, [move = std::move(move)](Connection& connection) { return move_report(connection, move); }, by);
}

AsyncResult<std::size_t> SqlReports::drop_closed(Millis until, std::size_t limit, Deadline by)
{
    return write<std::size_t>(
        database_,
        [until, limit = static_cast<std::int64_t>(limit)](Connection& connection) {
            return drop_closed_reports(connection, until, limit);
        },
        by);
}

} // namespace harvest::sql
