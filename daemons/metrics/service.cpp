#include "daemons/metrics/service.hpp"

#include "common/game/economy/merchant.hpp"
#include "common/game/progress/derived_id.hpp"
#include "common/ports/records/changes.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/party.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

namespace harvest::metrics {
namespace {

namespace progress = game::progress;
namespace type = protocol::event_type;

constexpr Millis day_length = 24h;

template <class Payload>
Result<Payload> payload_of(const Event& event)
{
    const auto read = protocol::decode<Payload>(event.data, nullptr, protocol::Unknown::ignore);
    if (!read) return Errc::invalid_argument;
    return *read;
}

std::int64_t product(std::int64_t one, std::int64_t other)
{
    std::int64_t out{};
    return __builtin_mul_overflow(one, other, &out) ? std::numeric_limits<std::int64_t>::max() : out;
}

Result<std::vector<Deed>> match_deeds(const Event& event)
{
    const Result<protocol::MatchEnded> ended = payload_of<protocol::MatchEnded>(event);
    if (!ended) return ended.error();
    if (ended->winner < 0 || ended->winner > 2 || ended->players.size() != 2) return Errc::invalid_argument;
    const std::array<progress::Fact, 2> facts =
        progress::match_facts(ended->mode, ended->reason, ended->winner, ended->turns);
    std::vector<Deed> deeds;
    for (std::size_t seat = 0; seat < facts.size(); ++seat) {
        Deed deed{ended->players[seat], facts[seat]};
        if (ended->bots) deed.bot = std::ranges::find(*ended->bots, deed.player) != ended->bots->end();
        deeds.push_back(std::move(deed));
    }
    return deeds;
}

Result<std::vector<Deed>> planted_deeds(const Event& event)
{
    const Result<protocol::FarmPlanted> planted = payload_of<protocol::FarmPlanted>(event);
    if (!planted) return planted.error();
    Deed deed{planted->player, {progress::kind::farm_planted, {}, {}}};
    deed.fact.words["crop"] = planted->crop;
    deed.fact.numbers["plots"] = static_cast<std::int64_t>(planted->plots.size());
    deed.fact.numbers["composted"] = planted->composted ? 1 : 0;
    return std::vector<Deed>{std::move(deed)};
}

Result<std::vector<Deed>> watered_deeds(const Event& event)
{
    const Result<protocol::FarmWatered> watered = payload_of<protocol::FarmWatered>(event);
    if (!watered) return watered.error();
    Deed deed{watered->player, {progress::kind::farm_watered, {}, {}}};
    deed.fact.numbers["plots"] = static_cast<std::int64_t>(watered->plots.size());
    return std::vector<Deed>{std::move(deed)};
}

// One a plot: its crop is what a filter asks for.
Result<std::vector<Deed>> harvested_deeds(const Event& event)
{
    const Result<protocol::FarmHarvested> harvested = payload_of<protocol::FarmHarvested>(event);
    if (!harvested) return harvested.error();
    std::vector<Deed> deeds;
    for (const protocol::FarmCut& cut : harvested->plots) {
        Deed deed{harvested->player, {progress::kind::farm_harvested, {}, {}}};
        deed.fact.words["crop"] = cut.crop;
        deed.fact.numbers["units"] = cut.units;
        deed.fact.numbers["withered"] = cut.withered ? 1 : 0;
        deeds.push_back(std::move(deed));
    }
    return deeds;
}

Result<std::vector<Deed>> expanded_deeds(const Event& event)
{
    const Result<protocol::FarmExpanded> expanded = payload_of<protocol::FarmExpanded>(event);
    if (!expanded) return expanded.error();
    Deed deed{expanded->player, {progress::kind::farm_expanded, {}, {}}};
    deed.fact.numbers["size"] = expanded->size;
    return std::vector<Deed>{std::move(deed)};
}

Result<std::vector<Deed>> traded_deeds(const Event& event)
{
    const Result<protocol::MarketTraded> traded = payload_of<protocol::MarketTraded>(event);
    if (!traded) return traded.error();
    std::vector<Deed> deeds;
    for (const bool buys : {true, false}) {
        if ((buys ? traded->buyer : traded->seller) == game::economy::merchant_id) continue; // nobody's achievement
        Deed deed{buys ? traded->buyer : traded->seller, {progress::kind::market_traded, {}, {}}};
        deed.fact.words["asset"] = traded->asset;
        deed.fact.words["side"] = buys ? "buy" : "sell";
        deed.fact.numbers["quantity"] = traded->quantity.units;
        deed.fact.numbers["coins"] = product(traded->price.units, traded->quantity.units);
        deeds.push_back(std::move(deed));
    }
    return deeds;
}

Result<std::vector<Deed>> made_deeds(const Event& event)
{
    const Result<protocol::CraftMade> made = payload_of<protocol::CraftMade>(event);
    if (!made) return made.error();
    Deed deed{made->player, {progress::kind::craft_made, {}, {}}};
    deed.fact.words["card"] = made->card;
    deed.fact.numbers["numbered"] = made->serial ? 1 : 0;
    return std::vector<Deed>{std::move(deed)};
}

Result<std::vector<Deed>> dismantled_deeds(const Event& event)
{
    const Result<protocol::CraftDismantled> gone = payload_of<protocol::CraftDismantled>(event);
    if (!gone) return gone.error();
    Deed deed{gone->player, {progress::kind::craft_dismantled, {}, {}}};
    deed.fact.words["card"] = gone->card;
    deed.fact.numbers["copies"] = gone->count;
    return std::vector<Deed>{std::move(deed)};
}

Result<std::vector<Deed>> read_deeds(const Event& event)
{
    if (event.type == type::match_ended) return match_deeds(event);
    if (event.type == type::farm_planted) return planted_deeds(event);
    if (event.type == type::farm_watered) return watered_deeds(event);
    if (event.type == type::farm_harvested) return harvested_deeds(event);
    if (event.type == type::farm_expanded) return expanded_deeds(event);
    if (event.type == type::market_traded) return traded_deeds(event);
    if (event.type == type::craft_made) return made_deeds(event);
    if (event.type == type::craft_dismantled) return dismantled_deeds(event);
    return std::vector<Deed>{};
}

template <class TypedId>
TypedId id_of(std::string_view what, const PlayerId& player, std::string_view goal, std::int64_t day, std::size_t index)
{
    return progress::derived_id<TypedId>(
        {std::string(what), player.value, std::string(goal), std::to_string(day), std::to_string(index)});
}

std::vector<protocol::AssetAmount> amounts_of(const progress::Goal& goal)
{
    std::vector<protocol::AssetAmount> out;
    out.reserve(goal.reward.size());
    for (const progress::Item& item : goal.reward) out.push_back({item.asset, {item.amount}});
    return out;
}

GoalStep step_of(const GoalRules& rules, const progress::Goal& goal, const PlayerId& player, std::int64_t day,
                 std::int64_t amount, const Event& cause)
{
    GoalStep step{player, goal.id, day, amount, goal.count, cause.time, true, {}, {}};
    step.pays = day == 0 || day >= rules.quests_pay_from;
    for (std::size_t i = 0; i < goal.reward.size(); ++i)
        step.reward.push_back({reward_id(player, goal.id, day, i), goal.reward[i].asset, "mint", player_account(player),
                               goal.reward[i].amount, day == 0 ? "achievement" : "quest"});
    Event& told = step.told.event;
    step.told.topic = protocol::topic::user;
    told.id = id_of<EventId>("told", player, goal.id, day, 0);
    told.type = day == 0 ? type::achievement_earned : type::quest_completed;
    told.source = rules.source;
    told.subject = player.value;
    told.traceparent = cause.traceparent;
    told.time = cause.time;
    const protocol::AchievementEarned earned{player, goal.id, amounts_of(goal), changes_of(step.reward)};
    const protocol::QuestCompleted completed{player, goal.id, day_text(day), amounts_of(goal), changes_of(step.reward)};
    told.data = day == 0 ? protocol::encode(earned) : protocol::encode(completed);
    return step;
}

// Two friends can arrange how their challenge ends: it is in the figures, and counts for no player.
bool counts_for_players(const Deed& deed)
{
    const auto mode = deed.fact.words.find("mode");
    return deed.fact.event != progress::kind::match_ended || mode == deed.fact.words.end() ||
           mode->second != protocol::challenge_mode;
}

} // namespace

Result<std::vector<Deed>> deeds_of(const Event& event)
{
    Result<std::vector<Deed>> deeds = read_deeds(event);
    if (!deeds) return deeds;
    for (const Deed& deed : *deeds)
        if (deed.player.empty()) return Errc::invalid_argument;
    return deeds;
}

std::vector<StatisticStep> statistic_steps(const std::vector<Deed>& deeds)
{
    std::map<std::pair<PlayerId, std::string_view>, std::int64_t> sums; // in order: rows are locked in one order
    for (const Deed& deed : deeds) {
        if (!counts_for_players(deed)) continue;
        for (const progress::StatisticStep& step : progress::statistics_of(deed.fact))
            sums[{deed.player, step.statistic}] += step.amount;
    }
    std::vector<StatisticStep> steps;
    for (const auto& [key, amount] : sums)
        if (amount > 0) steps.push_back({key.first, std::string(key.second), amount});
    return steps;
}

std::vector<GoalStep> goal_steps(const GoalRules& rules, const std::vector<Deed>& deeds, const Event& cause)
{
    const std::int64_t today = progress::day_of(cause.time);
    std::vector<std::pair<const progress::Goal*, std::int64_t>> goals;
    for (const progress::Goal& goal : rules.content.achievements()) goals.emplace_back(&goal, 0);
    if (today > 0 && !deeds.empty())
        for (const progress::Goal* quest : progress::quests_of(rules.content, rules.world_seed, today))
            goals.emplace_back(quest, today);
    std::vector<GoalStep> steps;
    for (const auto& [goal, day] : goals) {
        std::map<PlayerId, std::int64_t> amounts;
        for (const Deed& deed : deeds)
            if (counts_for_players(deed)) amounts[deed.player] += progress::advance(*goal, deed.fact);
        for (const auto& [player, amount] : amounts)
            if (amount > 0) steps.push_back(step_of(rules, *goal, player, day, amount, cause));
    }
    return steps;
}

TransferId reward_id(const PlayerId& player, std::string_view goal, std::int64_t day, std::size_t index)
{
    return id_of<TransferId>("reward", player, goal, day, index);
}

std::string day_text(std::int64_t day)
{
    return to_rfc3339(day * day_length).substr(0, 10);
}

} // namespace harvest::metrics
