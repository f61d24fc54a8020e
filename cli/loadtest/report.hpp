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
};
BOOST_DESCRIBE_STRUCT(ActionReport, (),
                      (action, count, per_second, response_p50_ms, response_p95_ms, response_p99_ms, response_max_ms,
                       service_p99_ms))

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
    double duration_seconds{};
    std::int64_t matches_finished{};
    double matches_per_minute{};
    std::int64_t fairness_failures{}, errors{};
    double error_percent{};
    std::int64_t cuts_resumed{};
    double longest_cut_ms{};
    double generator_cpu_percent{}; // of one core
    std::vector<ActionReport> actions;
    std::vector<ErrorReport> errors_by_kind;
    std::vector<ThresholdReport> thresholds;
    std::vector<std::string> match_ids; // of those that a bot saw end; not shown
};
BOOST_DESCRIBE_STRUCT(Report, (),
                      (scenario, verdict, seed, bots, duration_seconds, matches_finished, matches_per_minute,
                       fairness_failures, errors, error_percent, cuts_resumed, longest_cut_ms, generator_cpu_percent,
                       actions, errors_by_kind, thresholds))

// Checks that a threshold can be read. Errors: invalid_argument.
Result<void> check_threshold(std::string_view text);

// `aborted`: the run was cut short; the verdict says so whatever the figures.
Report make_report(const Scenario& scenario, const Tally& tally, Millis length, double generator_cpu_seconds,
                   bool aborted);

// Adds what was found after the run; what did not hold fails it, unless it was aborted.
void add_findings(Report& report, std::vector<ThresholdReport> findings);

// The report for people, verdict last.
std::string to_text(const Report& report);
// JUnit: one test case a threshold.
std::string to_junit(const Report& report);
// One line while it runs.
std::string progress_line(const Scenario& scenario, const Tally& tally, Millis elapsed);

// 0 pass, 1 fail, 3 inconclusive, 130 aborted (OPERATOR.md §4).
int exit_code(const Report& report);

} // namespace harvest::loadtest
