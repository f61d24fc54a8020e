#include "common/game/progress/content.hpp"

#include "common/game/battle/digest.hpp"
#include "common/game/farm/weather.hpp"

#include <algorithm>

namespace harvest::game::progress {
namespace {

constexpr std::int64_t day_length = 24 * 3'600'000;
constexpr std::uint64_t quest_stream = 0x7175657374730000U; // apart from the weather's draws

// The canonical form behind the hash: ids cannot hold what parts them, texts stand last.
void put(std::string& out, const Goal& goal)
{
    out += goal.id + ' ' + goal.event + ' ' + goal.sum + ' ' + std::to_string(goal.count);
    for (const auto& [name, value] : goal.where) out.append(" ").append(name).append("=").append(value);
    for (const auto& [name, value] : goal.at_least) out += ' ' + name + '>' + std::to_string(value);
    for (const Item& item : goal.reward) out += ' ' + item.asset + ' ' + std::to_string(item.amount);
    out += ' ' + goal.text + '\n';
}

} // namespace

Content Content::finish(std::string version, std::int64_t quests_a_day, std::vector<Goal> achievements,
                        std::vector<Goal> quests)
{
    Content content;
    content.version_ = std::move(version);
    content.quests_a_day_ = quests_a_day;
    content.achievements_ = std::move(achievements);
    content.quests_ = std::move(quests);
    std::string canonical = content.version_ + '\n' + std::to_string(quests_a_day) + '\n';
    for (const Goal& goal : content.achievements_) put(canonical, goal);
    canonical += '\n';
    for (const Goal& goal : content.quests_) put(canonical, goal);
    content.hash_ = to_hex(battle::sha256({as_bytes(canonical)}));
    return content;
}

std::int64_t advance(const Goal& goal, const Fact& fact)
{
    if (goal.event != fact.event) return 0;
    for (const auto& [name, value] : goal.where) {
        const auto found = fact.words.find(name);
        if (found == fact.words.end() || found->second != value) return 0;
    }
    for (const auto& [name, least] : goal.at_least) {
        const auto found = fact.numbers.find(name);
        if (found == fact.numbers.end() || found->second < least) return 0;
    }
    if (goal.sum.empty()) return 1;
    const auto found = fact.numbers.find(goal.sum);
    return found == fact.numbers.end() ? 0 : std::clamp<std::int64_t>(found->second, 0, amount_at_most);
}

std::int64_t day_of(Millis at)
{
    const std::int64_t whole = at.count() / day_length;
    return at.count() % day_length < 0 ? whole - 1 : whole;
}

std::vector<const Goal*> quests_of(const Content& content, std::uint64_t world_seed, std::int64_t day)
{
    std::vector<const Goal*> left;
    for (const Goal& quest : content.quests()) left.push_back(&quest);
    std::vector<const Goal*> chosen;
    const std::uint64_t seed = farm::mixed(world_seed ^ quest_stream, static_cast<std::uint64_t>(day));
    const auto wanted = std::min(left.size(), static_cast<std::size_t>(content.quests_a_day()));
    while (chosen.size() < wanted) {
        const auto at = static_cast<std::ptrdiff_t>(farm::mixed(seed, chosen.size()) % left.size());
        chosen.push_back(left[static_cast<std::size_t>(at)]);
        left.erase(left.begin() + at);
    }
    return chosen;
}

} // namespace harvest::game::progress
