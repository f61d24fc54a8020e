#include "common/game/progress/facts.hpp"

#include <algorithm>

namespace harvest::game::progress {
namespace {

using namespace kind;

constexpr std::array<std::string_view, 11> all_statistics{
    "matches", "wins", "losses", "draws", "plantings", "harvests", "crops", "trades", "crafts", "dismantled", "plots"};

std::int64_t number_of(const Fact& fact, std::string_view name)
{
    const auto found = fact.numbers.find(name);
    return found == fact.numbers.end() ? 0 : std::clamp<std::int64_t>(found->second, 0, amount_at_most);
}

std::string_view outcome_statistic(const Fact& fact)
{
    const auto found = fact.words.find("outcome");
    if (found == fact.words.end()) return {};
    return found->second == "won" ? "wins" : found->second == "lost" ? "losses" : "draws";
}

} // namespace

std::span<const EventKind> event_kinds()
{
    static const std::vector<EventKind> kinds{
        {match_ended, {"mode", "outcome", "reason"}, {"turns"}},
        {farm_planted, {"crop"}, {"plots", "composted"}},
        {farm_watered, {}, {"plots"}},
        {farm_harvested, {"crop"}, {"units", "withered"}},
        {farm_expanded, {}, {"size"}},
        {market_traded, {"asset", "side"}, {"quantity", "coins"}},
        {craft_made, {"card"}, {"numbered"}},
        {craft_dismantled, {"card"}, {"copies"}},
    };
    return kinds;
}

const EventKind* find_event_kind(std::string_view event)
{
    const auto kinds = event_kinds();
    const auto found = std::ranges::find(kinds, event, &EventKind::event);
    return found == kinds.end() ? nullptr : &*found;
}

std::array<Fact, 2> match_facts(std::string_view mode, std::string_view reason, int winner, std::int64_t turns)
{
    std::array<Fact, 2> facts;
    for (int seat = 1; seat <= 2; ++seat) {
        Fact& fact = facts[static_cast<std::size_t>(seat - 1)];
        fact.event = match_ended;
        fact.words["mode"] = mode;
        fact.words["reason"] = reason;
        fact.words["outcome"] = winner == 0 ? "drawn" : winner == seat ? "won" : "lost";
        fact.numbers["turns"] = turns;
    }
    return facts;
}

std::span<const std::string_view> statistics()
{
    return all_statistics;
}

std::vector<StatisticStep> statistics_of(const Fact& fact)
{
    if (fact.event == match_ended) {
        const std::string_view outcome = outcome_statistic(fact);
        if (outcome.empty()) return {{"matches", 1}};
        return {{"matches", 1}, {outcome, 1}};
    }
    if (fact.event == farm_planted) return {{"plantings", number_of(fact, "plots")}};
    if (fact.event == farm_harvested) return {{"harvests", 1}, {"crops", number_of(fact, "units")}};
    if (fact.event == farm_expanded) return {{"plots", 1}};
    if (fact.event == market_traded) return {{"trades", 1}};
    if (fact.event == craft_made) return {{"crafts", 1}};
    if (fact.event == craft_dismantled) return {{"dismantled", number_of(fact, "copies")}};
    return {};
}

} // namespace harvest::game::progress
