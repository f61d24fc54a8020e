#include "cli/loadtest/report.hpp"

#include "cli/loadtest/thresholds.hpp"

#include <fmt/format.h>

namespace harvest::loadtest {
namespace {

double to_ms(std::chrono::microseconds length)
{
    return static_cast<double>(length.count()) / 1000;
}

// Something may be divided by it.
double to_seconds(Millis length)
{
    return std::max(0.001, static_cast<double>(length.count()) / 1000);
}

std::string show_ms(double ms)
{
    if (ms < 10) return fmt::format("{:.1f}ms", ms);
    if (ms < 10'000) return fmt::format("{:.0f}ms", ms);
    return fmt::format("{:.1f}s", ms / 1000);
}

// How often the kind of action was done that was done least, of those that the scenario's life comes to.
std::int64_t least(const Report& report)
{
    std::int64_t fewest = report.actions_in_all;
    for (const ActionReport& action : report.actions)
        if (action.expected) fewest = std::min(fewest, action.count);
    return fewest;
}

// What a threshold is measured against; nothing if the run has no such figure.
std::optional<double> measure(const Threshold& threshold, const Report& report)
{
    if (threshold.metric == "errors")
        return threshold.aggregate == "rate" ? report.error_percent : static_cast<double>(report.errors);
    if (threshold.metric == "unanswered") return static_cast<double>(report.unanswered);
    if (threshold.metric == "actions")
        return static_cast<double>(threshold.aggregate == "least" ? least(report) : report.actions_in_all);
    if (threshold.metric == "online")
        return static_cast<double>(report.most_online) *
               (threshold.unit == "%" ? 100.0 / static_cast<double>(report.bots) : 1);
    if (threshold.metric == "fairness") return static_cast<double>(report.fairness_failures);
    if (threshold.metric == "matches")
        return threshold.aggregate == "per_minute" ? report.matches_per_minute
                                                   : static_cast<double>(report.matches_finished);
    for (const ActionReport& action : report.actions) {
        if (action.action != threshold.metric) continue;
        if (threshold.aggregate == "count") return static_cast<double>(action.count);
        if (threshold.aggregate == "rate") return action.per_second;
        if (action.count == 0) return std::nullopt; // nothing took any time
        if (threshold.aggregate == "p50") return action.response_p50_ms;
        if (threshold.aggregate == "p95") return action.response_p95_ms;
        if (threshold.aggregate == "p99") return action.response_p99_ms;
        if (threshold.aggregate == "max") return action.response_max_ms;
    }
    return std::nullopt;
}

std::string judge(const Scenario& scenario, Report& report, bool aborted)
{
    bool passed = true, complete = true;
    for (const std::string& text : scenario.thresholds) {
        const Result<Threshold> threshold = parse_threshold(text);
        const std::optional<double> measured = threshold ? measure(*threshold, report) : std::nullopt;
        ThresholdReport row{text, false, "not measured"};
        if (measured) {
            row.passed = holds(*threshold, *measured);
            row.measured = fmt::format("{:.6g}{}", *measured, threshold->unit);
        }
        passed = passed && (row.passed || !measured);
        complete = complete && measured.has_value();
        report.thresholds.push_back(std::move(row));
    }
    if (aborted) return "aborted";
    if (!passed) return "fail";
    return complete ? "pass" : "inconclusive";
}

// Of "action code", by action.
std::map<std::string, std::int64_t> by_action(const std::map<std::string, std::int64_t>& counts)
{
    std::map<std::string, std::int64_t> out;
    for (const auto& [what, count] : counts) out[what.substr(0, what.find(' '))] += count;
    return out;
}

std::vector<ActionReport> actions_of(const Scenario& scenario, const Tally& tally, double seconds)
{
    std::map<std::string, ActionReport> rows;
    for (const auto& [name, action] : tally.actions()) {
        ActionReport& row = rows[name];
        row.count = static_cast<std::int64_t>(action.service.count());
        row.per_second = static_cast<double>(row.count) / seconds;
        row.response_p50_ms = to_ms(action.response.quantile(0.5));
        row.response_p95_ms = to_ms(action.response.quantile(0.95));
        row.response_p99_ms = to_ms(action.response.quantile(0.99));
        row.response_max_ms = to_ms(action.response.max());
        row.service_p99_ms = to_ms(action.service.quantile(0.99));
    }
    for (const auto& [action, count] : by_action(tally.errors())) rows[action].errors = count;
    for (const auto& [action, count] : by_action(tally.refusals())) rows[action].refusals = count;
    for (const bots::PastimeRow& pastime : bots::pastime_table())
        if (scenario.life[static_cast<std::size_t>(pastime.pastime)] > 0)
            for (const std::string_view kind : pastime.kinds) rows[std::string(kind)].expected = true;
    std::vector<ActionReport> out;
    for (auto& [name, row] : rows) {
        row.action = name;
        out.push_back(std::move(row));
    }
    return out;
}

std::string escape_xml(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

} // namespace

Result<void> check_threshold(std::string_view text)
{
    const Result<Threshold> threshold = parse_threshold(text);
    if (!threshold) return threshold.error();
    return {};
}

Report make_report(const Scenario& scenario, const Tally& tally, const Course& course)
{
    Report report;
    report.scenario = scenario.name;
    report.seed = scenario.seed;
    report.bots = scenario.bots;
    report.most_online = tally.most_online();
    const double seconds = to_seconds(course.length), judged = to_seconds(course.judged);
    report.duration_seconds = seconds;
    report.matches_finished = tally.matches();
    report.matches_per_minute = static_cast<double>(tally.matches()) / judged * 60;
    report.fairness_failures = tally.unfair();
    report.errors = tally.error_count();
    const auto attempts = static_cast<double>(tally.action_count() + tally.error_count());
    report.error_percent = attempts > 0 ? 100 * static_cast<double>(report.errors) / attempts : 0;
    report.cuts_resumed = tally.resumes();
    report.longest_cut_ms = static_cast<double>(tally.longest_cut().count());
    report.generator_cpu_percent = course.generator_cpu_seconds / seconds * 100;
    report.actions_in_all = tally.action_count();
    report.actions = actions_of(scenario, tally, judged);
    for (const auto& [what, count] : tally.errors()) report.errors_by_kind.push_back({what, count});
    for (const auto& [what, count] : tally.unanswered()) {
        report.unanswered += count;
        report.unanswered_by_kind.push_back({what, count});
    }
    for (const auto& [what, count] : tally.refusals()) report.refusals_by_kind.push_back({what, count});
    report.match_ids.assign(tally.match_ids().begin(), tally.match_ids().end());
    report.begun_ids.assign(tally.begun().begin(), tally.begun().end());
    report.player_ids.assign(tally.players().begin(), tally.players().end());
    report.verdict = judge(scenario, report, course.aborted);
    return report;
}

std::vector<ThresholdReport> claims_of(const Tally& tally)
{
    std::vector<ThresholdReport> rows;
    for (const auto& [claim, looked] : tally.claims())
        rows.push_back({"verify " + claim, looked.first_fault.empty(),
                        looked.first_fault.empty() ? fmt::format("{} looked into", looked.count) : looked.first_fault});
    return rows;
}

void add_findings(Report& report, std::vector<ThresholdReport> findings)
{
    for (ThresholdReport& finding : findings) {
        if (!finding.passed && report.verdict != "aborted") report.verdict = "fail";
        report.thresholds.push_back(std::move(finding));
    }
}

std::string to_text(const Report& report)
{
    std::string out = fmt::format("{}   {} bots   {:.1f} s   seed {}\n", report.scenario, report.bots,
                                  report.duration_seconds, report.seed);
    out += fmt::format("online     {} at once\n", report.most_online);
    out += fmt::format("matches    {} finished, {:.0f} a minute   fairness failures {}\n", report.matches_finished,
                       report.matches_per_minute, report.fairness_failures);
    out += fmt::format("cuts       {} resumed, the longest after {}\n", report.cuts_resumed,
                       show_ms(report.longest_cut_ms));
    out += fmt::format("generator  cpu {:.0f}% of one core\n\n", report.generator_cpu_percent);
    out += fmt::format("{:<20}{:>9}{:>10}{:>9}{:>9}{:>9}{:>9}{:>13}{:>8}{:>9}\n", "action", "count", "rate/s", "p50",
                       "p95", "p99", "max", "service p99", "errors", "refused");
    for (const ActionReport& row : report.actions)
        out += fmt::format("{:<20}{:>9}{:>10.1f}{:>9}{:>9}{:>9}{:>9}{:>13}{:>8}{:>9}\n", row.action, row.count,
                           row.per_second, show_ms(row.response_p50_ms), show_ms(row.response_p95_ms),
                           show_ms(row.response_p99_ms), show_ms(row.response_max_ms), show_ms(row.service_p99_ms),
                           row.errors, row.refusals);
    out += fmt::format("{:<20}{:>9}\n", "in all", report.actions_in_all);
    out += fmt::format("\nerrors {} ({:.3f}%)\n", report.errors, report.error_percent);
    for (const ErrorReport& error : report.errors_by_kind) out += fmt::format("  {:>6}  {}\n", error.count, error.what);
    if (report.unanswered > 0) out += fmt::format("unanswered {}, and tried again\n", report.unanswered);
    for (const ErrorReport& each : report.unanswered_by_kind)
        out += fmt::format("  {:>6}  {}\n", each.count, each.what);
    if (!report.refusals_by_kind.empty()) out += "refused by the rules\n";
    for (const ErrorReport& refusal : report.refusals_by_kind)
        out += fmt::format("  {:>6}  {}\n", refusal.count, refusal.what);
    out += '\n';
    for (const ThresholdReport& row : report.thresholds)
        out += fmt::format("{:<5}{:<50} {}\n", row.passed ? "ok" : "FAIL", row.threshold, row.measured);
    std::string verdict = report.verdict;
    for (char& c : verdict) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    out += verdict + '\n';
    return out;
}

std::string to_junit(const Report& report)
{
    std::size_t failed = 0;
    std::string cases;
    for (const ThresholdReport& row : report.thresholds) {
        cases += fmt::format("  <testcase classname=\"loadtest.{}\" name=\"{}\"", escape_xml(report.scenario),
                             escape_xml(row.threshold));
        if (row.passed) {
            cases += "/>\n";
            continue;
        }
        ++failed;
        cases += fmt::format("><failure message=\"measured {}\"/></testcase>\n", escape_xml(row.measured));
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuite name=\"loadtest {}\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n{}</testsuite>\n",
        escape_xml(report.scenario), report.thresholds.size(), failed, report.duration_seconds, cases);
}

std::string progress_line(const Scenario& scenario, const Tally& tally, Millis elapsed)
{
    const auto command = tally.actions().find("battle.command");
    const std::string p99 =
        command == tally.actions().end() ? "-" : show_ms(to_ms(command->second.response.quantile(0.99)));
    return fmt::format(
        "{}  {:02}:{:02} / {:02}:{:02}  bots {} of {} up   matches {}   commands {} (p99 {})   errors {}",
        scenario.name, elapsed.count() / 60'000, elapsed.count() / 1000 % 60, scenario.duration.count() / 60'000,
        scenario.duration.count() / 1000 % 60, tally.online(), scenario.bots, tally.matches(),
        command == tally.actions().end() ? 0 : command->second.service.count(), p99, tally.error_count());
}

int exit_code(const Report& report)
{
    if (report.verdict == "pass") return 0;
    if (report.verdict == "fail") return 1;
    return report.verdict == "aborted" ? 130 : 3;
}

} // namespace harvest::loadtest
