#include "cli/loadtest/report.hpp"
#include "cli/loadtest/thresholds.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

using namespace harvest;
using namespace harvest::loadtest;
using std::chrono::microseconds;

TEST_CASE("latencies: every quantile is within 0.8 % of the sorted sample", "[loadtest]")
{
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> shape(7, 1.5);
    std::vector<std::int64_t> sample;
    Latencies latencies;
    for (int i = 0; i < 20'000; ++i) {
        sample.push_back(std::max<std::int64_t>(1, static_cast<std::int64_t>(shape(random))));
        latencies.add(microseconds(sample.back()));
    }
    std::sort(sample.begin(), sample.end());
    for (const double q : {0.01, 0.5, 0.9, 0.95, 0.99, 0.999}) {
        const auto exact = static_cast<double>(sample[static_cast<std::size_t>(q * 20'000) - 1]);
        CHECK(static_cast<double>(latencies.quantile(q).count()) == Approx(exact).epsilon(0.008).margin(1));
    }
    CHECK(latencies.max().count() == sample.back());
}

TEST_CASE("latencies: merging two halves gives the same as one whole", "[loadtest]")
{
    Latencies one, left, right;
    for (int i = 1; i <= 1000; ++i) {
        one.add(microseconds(i * 37));
        (i % 2 ? left : right).add(microseconds(i * 37));
    }
    left.merge(right);
    CHECK(left.count() == one.count());
    for (const double q : {0.1, 0.5, 0.99}) CHECK(left.quantile(q) == one.quantile(q));
}

TEST_CASE("thresholds: what is written is what is judged", "[loadtest]")
{
    const Threshold p99 = parse_threshold("battle.command: p99 < 50ms").value();
    CHECK(p99.metric == "battle.command");
    CHECK(p99.aggregate == "p99");
    CHECK(holds(p99, 49.9));
    CHECK_FALSE(holds(p99, 50));
    CHECK(holds(parse_threshold("match.found: p95 <= 2s").value(), 2000));
    CHECK(holds(parse_threshold("fairness: failures = 0").value(), 0));
    for (const char* bad :
         {"", "errors", "errors rate < 1%", "errors: rate ~ 1%", "errors: rate < x", "a: b < 1 parsec",
          "errors: p99 < 5", "matches: rate > 1", "fairness: count = 0", "chat.send: p98 < 1s", ": count > 0",
          "matches: count > nan", "errors: rate < inf", "chat.send: p99 < 1e306s"})
        CHECK_FALSE(parse_threshold(bad).has_value());
}

TEST_CASE("report: a broken threshold fails, a missing figure is inconclusive, an interrupt says so", "[loadtest]")
{
    Scenario scenario;
    scenario.thresholds = {"matches: count > 0", "errors: rate < 1%"};
    Tally tally{bots::Instant{}};
    const auto now = std::chrono::steady_clock::now();
    CHECK(make_report(scenario, tally, {10s, 10s}).verdict == "fail");
    tally.done("login", now, now);
    tally.match_ended(MatchId{"m_1"}, true);
    tally.match_ended(MatchId{"m_1"}, true); // the other seat tells of it too
    const Report passed = make_report(scenario, tally, {10s, 10s});
    CHECK(passed.verdict == "pass");
    CHECK(passed.matches_finished == 1);
    CHECK(exit_code(passed) == 0);
    CHECK(exit_code(make_report(scenario, tally, {10s, 10s, 0, true})) == 130);
    tally.failed("chat.send", "resource_exhausted");
    CHECK(exit_code(make_report(scenario, tally, {10s, 10s})) == 1);
    scenario.thresholds = {"battle.command: p99 < 50ms"};
    CHECK(exit_code(make_report(scenario, tally, {10s, 10s})) == 3);
}

TEST_CASE("report: nothing of the warm-up is judged but fairness", "[loadtest]")
{
    Tally tally{std::chrono::steady_clock::now() + 1h};
    tally.failed("login", "x");
    tally.refused("market.buy", "y");
    tally.resumed(20s);
    tally.match_began(MatchId{"m_1"});
    tally.match_ended(MatchId{"m_1"}, false);
    CHECK(tally.error_count() == 0);
    CHECK(tally.refusals().empty());
    CHECK(tally.resumes() == 0);
    CHECK(tally.longest_cut() == 0ms);
    CHECK(tally.matches() == 0);
    CHECK(tally.unfair() == 1);
    CHECK(tally.match_ids().size() == 1); // which are verified all the same
    CHECK(tally.begun().size() == 1);
}

TEST_CASE("report: rates are of the time that was judged", "[loadtest]")
{
    Tally tally{bots::Instant{}};
    const auto now = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) tally.done("login", now, now);
    for (const char* match : {"m_1", "m_2"}) tally.match_ended(MatchId{match}, true);
    Scenario scenario;
    scenario.thresholds = {"login: rate = 20", "matches: per_minute = 24"};
    const Report report = make_report(scenario, tally, {10s, 5s});
    CHECK(report.duration_seconds == Approx(10));
    CHECK(report.verdict == "pass");
}

TEST_CASE("report: a cut that took over ten seconds is an error, a shorter one is none", "[loadtest]")
{
    Tally tally{bots::Instant{}};
    tally.resumed(9'999ms);
    CHECK(tally.error_count() == 0);
    tally.resumed(10'001ms);
    CHECK(tally.error_count() == 1);
    CHECK(tally.longest_cut() == 10'001ms);
}

TEST_CASE("report: of the links that were up at once the most count, as a number and as a share of the bots",
          "[loadtest]")
{
    Scenario scenario;
    scenario.bots = 4;
    scenario.thresholds = {"online: max > 2", "online: max >= 75%", "online: max = 100%"};
    Tally tally{bots::Instant{}};
    for (const int by : {1, 1, 1, -1, -1}) tally.signed_in(by);
    const Report report = make_report(scenario, tally, {10s, 10s});
    CHECK(report.most_online == 3);
    CHECK(report.thresholds.at(0).passed);
    CHECK(report.thresholds.at(1).passed);
    CHECK_FALSE(report.thresholds.at(2).passed);
}

TEST_CASE("report: a finding after the run that does not hold fails it", "[loadtest]")
{
    Report report;
    report.verdict = "pass";
    add_findings(report, {{"verify ledger: sound", true, "3 transfers"}});
    CHECK(report.verdict == "pass");
    add_findings(report, {{"verify players: in one match at a time", false, "p_1 in m_1 and m_2"}});
    CHECK(report.verdict == "fail");
    CHECK(report.thresholds.size() == 2);
    report.verdict = "aborted";
    add_findings(report, {{"verify ledger: sound", false, "violations"}});
    CHECK(report.verdict == "aborted");
}

TEST_CASE("report: what the life should have come to and did not counts as never done", "[loadtest]")
{
    Scenario scenario;
    scenario.life = {};
    scenario.life[static_cast<std::size_t>(bots::Pastime::crafting)] = 1;
    scenario.thresholds = {"actions: least >= 2", "actions: count >= 7"};
    Tally tally{bots::Instant{}};
    const auto now = std::chrono::steady_clock::now();
    for (int i = 0; i < 2; ++i)
        for (const char* kind : {"craft.recipes", "craft.make", "login"}) tally.done(kind, now, now);
    tally.done("craft.dismantle", now, now);
    const Report missing = make_report(scenario, tally, {10s, 10s});
    CHECK(missing.verdict == "fail");
    CHECK(missing.thresholds.at(0).measured == "1"); // craft.dismantle
    CHECK(missing.thresholds.at(1).passed);
    tally.done("craft.dismantle", now, now);
    CHECK(make_report(scenario, tally, {10s, 10s}).verdict == "pass");
}

TEST_CASE("report: what the rules refuse is shown and is no error", "[loadtest]")
{
    Scenario scenario;
    scenario.thresholds = {"errors: count = 0"};
    Tally tally{bots::Instant{}};
    tally.refused("market.cancel", "market.order_closed");
    const Report report = make_report(scenario, tally, {10s, 10s});
    CHECK(report.verdict == "pass");
    REQUIRE(report.refusals_by_kind.size() == 1);
    CHECK(report.refusals_by_kind.front().what == "market.cancel market.order_closed");
    CHECK(to_text(report).find("market.cancel market.order_closed") != std::string::npos);
}

TEST_CASE("report: what was not answered and tried again is shown, and may be bounded", "[loadtest]")
{
    Scenario scenario;
    scenario.thresholds = {"errors: count = 0"};
    Tally tally{bots::Instant{}};
    for (int i = 0; i < 3; ++i) tally.unanswered("market.order", "timed_out");
    const Report report = make_report(scenario, tally, {10s, 10s});
    CHECK(report.verdict == "pass");
    CHECK(report.unanswered == 3);
    CHECK(to_text(report).find("3  market.order timed_out") != std::string::npos);
    scenario.thresholds = {"unanswered: count < 3"};
    CHECK(make_report(scenario, tally, {10s, 10s}).verdict == "fail");
}

TEST_CASE("report: books that do not tally fail the run, however many errors it may have", "[loadtest]")
{
    Scenario scenario;
    scenario.thresholds = {"errors: rate <= 100%"};
    Tally tally{bots::Instant{}};
    tally.verified("books: each bot owns what it was told", 1, "");
    tally.verified("books: each bot owns what it was told", 1, "bot-1 wheat: 4 by the server, 5 by what it has told");
    tally.verified("books: each bot owns what it was told", 1, "");
    Report report = make_report(scenario, tally, {10s, 10s});
    CHECK(report.verdict == "pass");
    add_findings(report, claims_of(tally));
    CHECK(exit_code(report) == 1);
    CHECK(report.thresholds.back().measured == "bot-1 wheat: 4 by the server, 5 by what it has told");
}

TEST_CASE("scenario: a life of nothing is refused, and a plan is the same for the same seed", "[loadtest]")
{
    Scenario scenario;
    scenario.life = {};
    CHECK_FALSE(make_plan(scenario).has_value());
    scenario.life = {1, 2, 3, 0, 5, 6, 7, 8, 9, 10};
    REQUIRE(make_plan(scenario).has_value());
    CHECK(make_plan(scenario)->habits.marked);
    bots::Agenda one(scenario.life, 4), same(scenario.life, 4);
    std::set<bots::Pastime> seen;
    for (int i = 0; i < 500; ++i) {
        const bots::Pastime next = one.next();
        CHECK(next == same.next());
        seen.insert(next);
    }
    CHECK(seen.size() == bots::pastime_count - 1);
    CHECK_FALSE(seen.contains(bots::Pastime::crafting));
}

TEST_CASE("pastimes: the table is in the order of the enumeration, and no kind is named twice", "[loadtest]")
{
    std::set<std::string_view> kinds;
    std::size_t count = 0;
    for (const bots::PastimeRow& row : bots::pastime_table()) {
        CHECK(static_cast<std::size_t>(row.pastime) == count++);
        for (const std::string_view kind : row.kinds) CHECK(kinds.insert(kind).second);
    }
    CHECK(count == bots::pastime_count);
}
