#include "cli/loadtest/thresholds.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace harvest::loadtest {
namespace {

std::string_view trim(std::string_view text)
{
    const auto from = text.find_first_not_of(' ');
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(' ') - from + 1);
}

std::string_view take_word(std::string_view& text)
{
    text = trim(text);
    const auto end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

// Of an action, whatever its name.
constexpr std::array<std::string_view, 6> of_action{"count", "rate", "p50", "p95", "p99", "max"};

bool has_aggregate(const Threshold& threshold)
{
    struct Row {
        std::string_view metric;
        std::array<std::string_view, 2> aggregates;
    };
    constexpr std::array rows{Row{"errors", {"count", "rate"}},   Row{"matches", {"count", "per_minute"}},
                              Row{"actions", {"count", "least"}}, Row{"online", {"max"}},
                              Row{"fairness", {"failures"}},      Row{"unanswered", {"count"}}};
    const auto row = std::ranges::find(rows, threshold.metric, &Row::metric);
    if (row == rows.end()) return std::ranges::find(of_action, threshold.aggregate) != of_action.end();
    return std::ranges::find(row->aggregates, threshold.aggregate) != row->aggregates.end();
}

} // namespace

Result<Threshold> parse_threshold(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return Errc::invalid_argument;
    Threshold threshold;
    threshold.metric = trim(text.substr(0, colon));
    std::string_view rest = text.substr(colon + 1);
    threshold.aggregate = take_word(rest);
    threshold.op = take_word(rest);
    const std::string_view value = trim(rest);
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), threshold.limit);
    if (error != std::errc{} || threshold.metric.empty() || !has_aggregate(threshold)) return Errc::invalid_argument;
    threshold.unit = trim(value.substr(static_cast<std::size_t>(end - value.data())));
    constexpr std::array<std::string_view, 5> ops{"<", "<=", ">", ">=", "="};
    constexpr std::array<std::string_view, 4> units{"", "%", "ms", "s"};
    const auto known = [](const auto& list, std::string_view word) {
        for (const std::string_view each : list)
            if (each == word) return true;
        return false;
    };
    if (!known(ops, threshold.op) || !known(units, threshold.unit)) return Errc::invalid_argument;
    if (threshold.unit == "s") {
        threshold.limit *= 1000;
        threshold.unit = "ms";
    }
    if (!std::isfinite(threshold.limit)) return Errc::invalid_argument; // nan, inf, or 1e306s
    return threshold;
}

bool holds(const Threshold& threshold, double measured)
{
    if (threshold.op == "<") return measured < threshold.limit;
    if (threshold.op == "<=") return measured <= threshold.limit;
    if (threshold.op == ">") return measured > threshold.limit;
    if (threshold.op == ">=") return measured >= threshold.limit;
    return std::abs(measured - threshold.limit) < 1e-9;
}

} // namespace harvest::loadtest
