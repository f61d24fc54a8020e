// The result of a load test: figures, thresholds and the verdict.
#pragma once

#include "cli/loadtest/scenario.hpp"
#include "cli/loadtest/tally.hpp"

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <vector>

namespace harvest::loadtest {

struct ActionReport {
    std::string action;
    std::int64_t count{};
    double per_second{};
    double response_p50_ms{}, response_p95_ms{}, response_p99_ms{}, response_max_ms{};
    double service_p99_ms{};
    std::int64_t errors{}, refusals{};
    bool expected{}; // the scenario's life comes to it
};
BOOST_DESCRIBE_STRUCT(ActionReport, (),
                      (action, count, per_second, response_p50_ms, response_p95_ms, response_p99_ms, response_max_ms,
                       service_p99_ms, errors, refusals, expected))

struct ErrorReport {
    std::string what;
    std::int64_t count{};
};
BOOST_DESCRIBE_STRUCT(ErrorReport, (), (what, count))

struct ThresholdReport {
    std::string threshold;
    bool passed{};
    std::string measured;
};
BOOST_DESCRIBE_STRUCT(ThresholdReport, (), (threshold, passed, measured))

struct Report {
    std::string scenario, verdict; // "pass", "fail", "inconclusive", "aborted"
    std::int64_t seed{}, bots{};
    std::int64_t most_online{}; // live links of the lobby at once
    double duration_seconds{};
    std::int64_t matches_finished{};
    double matches_per_minute{};
    std::int64_t fairness_failures{}, errors{};
    double error_percent{};
    std::int64_t unanswered{}; // tried again
    std::int64_t cuts_resumed{};
    double longest_cut_ms{};
    double generator_cpu_percent{}; // of one core
    std::int64_t actions_in_all{};
    std::vector<ActionReport> actions; // also those that the life should have come to and did not
    std::vector<ErrorReport> errors_by_kind;
    std::vector<ErrorReport> unanswered_by_kind;
    std::vector<ErrorReport> refusals_by_kind; // what the rules of the game said no to: no errors
    std::vector<ThresholdReport> thresholds;
    // Not shown: matches that a bot saw end, those that one sat down to, and the bots' accounts.
    std::vector<std::string> match_ids, begun_ids, player_ids;
};
BOOST_DESCRIBE_STRUCT(Report, (),
                      (scenario, verdict, seed, bots, most_online, duration_seconds, matches_finished,
                       matches_per_minute, fairness_failures, errors, error_percent, unanswered, cuts_resumed,
                       longest_cut_ms, generator_cpu_percent, actions_in_all, actions, errors_by_kind,
                       unanswered_by_kind, refusals_by_kind, thresholds))

// Checks that a threshold can be read. Errors: invalid_argument.
Result<void> check_threshold(std::string_view text);

// How a run went.
struct Course {
    Millis length{}; // with the last matches and the settling up
    Millis judged{}; // from the end of the warm-up until the bots were asked to leave: what rates are of
    double generator_cpu_seconds{};
    bool aborted{}; // cut short; the verdict says so whatever the figures
};

Report make_report(const Scenario& scenario, const Tally& tally, const Course& course);

// What the bots looked into when they left.
std::vector<ThresholdReport> claims_of(const Tally& tally);

// Adds what was found after the run; what did not hold fails it, unless it was aborted.
void add_findings(Report& report, std::vector<ThresholdReport> findings);

// The report for people, verdict last.
std::string to_text(const Report& report);
// JUnit: one test case a threshold.
std::string to_junit(const Report& report);
// One line while it runs.
std::string progress_line(const Scenario& scenario, const Tally& tally, Millis elapsed);

// 0 pass, 1 fail, 3 inconclusive, 130 aborted.
int exit_code(const Report& report);

} // namespace harvest::loadtest
