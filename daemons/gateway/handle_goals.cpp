// GET /v1/achievements and /v1/quests: what there is to reach, and how far the player has come (harvest-game(7) §6).
#include "common/protocol/progress.hpp"
#include "daemons/gateway/handlers.hpp"

#include <algorithm>

namespace harvest::gateway {
namespace {

namespace progress_rules = game::progress;

constexpr Millis day_length = 24h;

protocol::GoalInfo show_goal(const progress_rules::Goal& goal, const std::vector<GoalState>& states)
{
    protocol::GoalInfo info;
    info.id = goal.id;
    info.text = goal.text;
    info.target = goal.count;
    for (const progress_rules::Item& item : goal.reward) info.reward.push_back({item.asset, {item.amount}});
    const auto found = std::ranges::find(states, goal.id, &GoalState::goal);
    if (found == states.end()) return info;
    info.count = std::min(found->count, goal.count);
    if (found->reached_at) {
        info.count = goal.count; // also while a rebuild has not come so far
        info.reached_at = to_rfc3339(*found->reached_at);
    }
    return info;
}

} // namespace

Task<HttpResponse> handle_achievements(Progress& progress, const game::progress::Content& quests, const Call& call)
{
    const Result<std::vector<GoalState>> states = co_await progress.goals(call.who.player, 0, call.by);
    if (!states) co_return problem(call, states.error());
    protocol::AchievementList list;
    for (const progress_rules::Goal& goal : quests.achievements()) list.items.push_back(show_goal(goal, *states));
    co_return reply(list);
}

Task<HttpResponse> handle_quests(Progress& progress, const game::progress::Content& quests,
                                 const game::farm::Content& farm, const Clock& clock, const Call& call)
{
    const std::int64_t day = progress_rules::day_of(clock.now());
    const Result<std::vector<GoalState>> states = co_await progress.goals(call.who.player, day, call.by);
    if (!states) co_return problem(call, states.error());
    protocol::QuestList list;
    list.day = to_rfc3339(day * day_length).substr(0, 10);
    list.ends_at = to_rfc3339((day + 1) * day_length);
    for (const progress_rules::Goal* goal : progress_rules::quests_of(quests, farm.climate().seed, day))
        list.items.push_back(show_goal(*goal, *states));
    co_return reply(list);
}

} // namespace harvest::gateway
