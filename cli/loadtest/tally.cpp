#include "cli/loadtest/tally.hpp"

#include <algorithm>

namespace harvest::loadtest {
namespace {

constexpr Millis patience = 10s; // a cut that is mended sooner is no error

} // namespace

void Tally::done(std::string_view action, bots::Instant intended, bots::Instant sent)
{
    if (intended < judged_from_) return;
    auto found = actions_.find(action);
    if (found == actions_.end()) found = actions_.emplace(std::string(action), ActionTally{}).first;
    using std::chrono::microseconds;
    const bots::Instant now = std::chrono::steady_clock::now();
    found->second.response.add(std::chrono::duration_cast<microseconds>(now - std::min(intended, sent)));
    found->second.service.add(std::chrono::duration_cast<microseconds>(now - sent));
}

void Tally::failed(std::string_view action, std::string_view code)
{
    if (warming_up()) return;
    ++errors_[std::string(action) + " " + std::string(code)];
}

void Tally::unanswered(std::string_view action, std::string_view code)
{
    if (warming_up()) return;
    ++unanswered_[std::string(action) + " " + std::string(code)];
}

void Tally::refused(std::string_view action, std::string_view code)
{
    if (warming_up()) return;
    ++refusals_[std::string(action) + " " + std::string(code)];
}

void Tally::verified(std::string_view claim, std::size_t count, std::string_view fault)
{
    ClaimTally& tally = claims_[std::string(claim)];
    tally.count += count;
    if (tally.first_fault.empty()) tally.first_fault = fault;
}

void Tally::match_began(const MatchId& match)
{
    if (begun_.insert(match.value).second && warming_up()) early_.insert(match.value);
}

void Tally::match_ended(const MatchId& match, bool fair)
{
    const bool judged = !warming_up() && !early_.contains(match.value);
    if (matches_.insert(match.value).second && judged) ++judged_matches_;
    if (!fair) ++unfair_;
}

void Tally::resumed(Millis length)
{
    if (warming_up()) return;
    ++resumes_;
    longest_cut_ = std::max(longest_cut_, length);
    if (length > patience) failed("resume", "took_over_10s");
}

std::int64_t Tally::error_count() const
{
    std::int64_t total = 0;
    for (const auto& [what, count] : errors_) total += count;
    return total;
}

std::int64_t Tally::action_count() const
{
    std::uint64_t total = 0;
    for (const auto& [name, action] : actions_) total += action.service.count();
    return static_cast<std::int64_t>(total);
}

} // namespace harvest::loadtest
