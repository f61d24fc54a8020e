// reports: what players brought before moderators, and what became of it.
#include "cli/api/change.hpp"

#include <fmt/format.h>

namespace harvest::cli::api {
namespace {

template <class Enum>
std::string name_of(Enum value)
{
    return boost::describe::enum_to_string(value, "unknown");
}

std::string name_in(const Result<Account>& account)
{
    return account ? account->name : "";
}

void fill(ReportItem& item, const Report& report, std::string name)
{
    item.id = report.id.value;
    item.state = name_of(report.state);
    item.about = report.message.empty() ? "player" : "message";
    item.reason = name_of(report.reason);
    item.player = report.reported.value;
    item.name = std::move(name);
    item.match = report.match.value;
    item.channel = report.channel;
    item.opened_at = to_rfc3339(report.opened_at);
    item.moderator = report.moderator;
    item.moved_at = report.moved_at == Millis{} ? "" : to_rfc3339(report.moved_at);
    item.outcome = report.outcome ? name_of(*report.outcome) : "";
}

EvidenceItem evidence_of(const ChatMessage& message)
{
    EvidenceItem item;
    item.message = message.id.value;
    item.number = message.seq;
    item.author = message.author.value;
    item.name = message.author_name;
    item.text = message.text;
    item.at = to_rfc3339(message.at);
    item.edited_at = message.edited_at == Millis{} ? "" : to_rfc3339(message.edited_at);
    return item;
}

// By id or short form among the newest reports.
AsyncResult<Report> find_report(const World& world, std::string which, Call& call)
{
    const Result<ReportId> whole = parse_id<ReportId>(which);
    ReportId id;
    if (whole) {
        id = *whole;
    } else {
        ReportFilter filter;
        filter.limit = 1000;
        const auto newest = co_await world.reports->list(std::move(filter), call.by);
        if (!newest) co_return newest.error();
        for (const Report& report : *newest) {
            if (short_id(report.id.value) != which) continue;
            if (!id.empty()) {
                call.why = fmt::format("two reports are {}; give the whole id", which);
                co_return Errc::conflict;
            }
            id = report.id;
        }
    }
    Result<Report> report = co_await world.reports->get(std::move(id), call.by);
    if (!report && report.error() == Errc::not_found) call.why = fmt::format("no report {}", which);
    co_return report;
}

// Takes or closes: planned, audited, done.
AsyncResult<std::string> move_report(const World& world, Call& call, const ReportRequest& asked, ReportMove move)
{
    std::string which = call.path[0];
    const Result<Report> report = co_await find_report(world, std::move(which), call);
    if (!report) co_return report.error();
    const bool closing = move.to == protocol::ReportState::closed;
    if (asked.from && report->state != *asked.from) {
        call.why = fmt::format("the report is {} by now", name_of(report->state));
        co_return Errc::conflict;
    }
    const Result<Account> reported = co_await world.accounts.get(report->reported, call.by);
    Plan plan;
    plan.action = closing ? "report.close" : "report.take";
    plan.level = "mild";
    plan.target = report->id.value;
    plan.target_name = name_in(reported);
    plan.changes.push_back(closing ? fmt::format("the report is closed as {}", name_of(*move.outcome))
                                   : fmt::format("the report is yours, {}", call.actor));
    if (!closing && report->state == protocol::ReportState::taken)
        plan.changes.push_back(fmt::format("{} has it no longer", report->moderator));
    plan.affects = {{"reports", 1}};
    plan.undo = closing ? "report.take" : "cannot be undone: close it, or leave it to another";
    const std::string about =
        fmt::format("{}\n{}{}\n{}", report->id.value, name_of(report->state), report->moderator, plan.changes.front());
    const Result<void> named = name_plan(plan, about, asked.plan, world.clock.now(), call.why);
    if (!named) co_return named.error();
    if (asked.dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    auto record = begin_change(world, call, plan.action, report->id.value, asked.reason, asked.ticket, plan.id);
    if (!record) co_return record.error();
    if (closing) record->undo = inverse_of("/admin/v1/reports/" + report->id.value + "/take", R"({"from":"closed"})");
    move.report = report->id;
    move.moderator = call.actor;
    move.at = world.clock.now();
    move.seen = ReportStanding{report->state, report->moderator};
    const Result<Report> moved = co_await world.reports->move(std::move(move), call.by);
    end_change(world, *record, moved ? Error{} : moved.error());
    if (!moved && moved.error() == Errc::failed_precondition)
        call.why = closing ? "it is closed already" : "you have it already";
    if (!moved && moved.error() == Errc::conflict) {
        ReportId id = report->id;
        const Result<Report> now = co_await world.reports->get(std::move(id), call.by);
        const bool as_seen = !now || (now->state == report->state && now->moderator == report->moderator);
        call.why = as_seen
                       ? std::string("its reporter has reported the same anew: take that one")
                       : fmt::format("the report is {} by {} by now: look again", name_of(now->state), now->moderator);
    }
    if (!moved) co_return moved.error();
    const Done answer{plan.action, plan.target, plan.target_name, record->id, undo_line(*record, plan), plan.affects};
    std::string text = object_body("Done", answer);
    co_return text;
}

} // namespace

AsyncResult<std::string> list_reports(const World& world, Call& call)
{
    ReportFilter filter;
    filter.limit = call.limit();
    filter.after = call.query("cursor");
    protocol::ReportState state{};
    const std::string named = call.query("state");
    if (!named.empty() && !boost::describe::enum_from_string(named.c_str(), state)) co_return Errc::invalid_argument;
    if (!named.empty()) filter.state = state;
    if (call.query("mine") == "true") filter.moderator = call.actor;
    std::string who = call.query("player");
    if (!who.empty()) {
        const Result<Account> player = co_await find_player(world, std::move(who), call);
        if (!player) co_return player.error();
        filter.reported = player->id;
    }
    const std::size_t limit = filter.limit;
    const auto reports = co_await world.reports->list(std::move(filter), call.by);
    if (!reports) co_return reports.error();
    std::vector<ReportItem> items;
    for (const Report& report : *reports) {
        const Result<Account> reported = co_await world.accounts.get(report.reported, call.by);
        fill(items.emplace_back(), report, name_in(reported));
    }
    const std::string next = reports->size() == limit ? reports->back().id.value : "";
    std::string text = list_body("ReportList", items, next);
    co_return text;
}

AsyncResult<std::string> get_report(const World& world, Call& call)
{
    std::string which = call.path[0];
    const Result<Report> report = co_await find_report(world, std::move(which), call);
    if (!report) co_return report.error();
    const Result<Account> reported = co_await world.accounts.get(report->reported, call.by);
    ReportDetail detail;
    fill(detail, *report, name_in(reported));
    detail.reporter = report->reporter.value;
    if (!report->reporter.empty()) {
        const Result<Account> reporter = co_await world.accounts.get(report->reporter, call.by);
        detail.reporter_name = name_in(reporter);
    }
    detail.note = report->note;
    detail.message = report->message.value;
    for (const ChatMessage& message : report->evidence) detail.evidence.push_back(evidence_of(message));
    std::string text = object_body("Report", detail);
    co_return text;
}

AsyncResult<std::string> take_report(const World& world, Call& call)
{
    const Result<ReportRequest> asked = protocol::decode<ReportRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    ReportMove move;
    move.to = protocol::ReportState::taken;
    co_return co_await move_report(world, call, *asked, std::move(move));
}

AsyncResult<std::string> close_report(const World& world, Call& call)
{
    const Result<ReportRequest> asked = protocol::decode<ReportRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    ReportMove move;
    move.to = protocol::ReportState::closed;
    move.outcome = asked->outcome;
    if (!move.outcome) call.why = "outcome: upheld or dismissed";
    if (!move.outcome) co_return Errc::invalid_argument;
    co_return co_await move_report(world, call, *asked, std::move(move));
}

} // namespace harvest::cli::api
