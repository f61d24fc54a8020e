#include "daemons/instance/service.hpp"

#include "common/game/progress/facts.hpp"
#include "common/game/rating/glicko2.hpp"
#include "common/ports/records/changes.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/party.hpp"

#include <algorithm>

namespace harvest::instance {
namespace {

namespace rating = game::rating;

constexpr Millis day = std::chrono::hours{24};

// Of a seat, in halves.
int score_of(const MatchResult& result, int seat)
{
    if (result.winner < 0) return 1;
    return result.winner == seat ? 2 : 0;
}

rating::Rating rested(const Rating& stored, Millis now)
{
    const rating::Rating value{stored.rating, stored.deviation, stored.volatility};
    if (stored.games == 0) return value;
    return rating::idle(value, std::max<std::int64_t>(0, now / day - stored.rated_at / day));
}

OutboxEvent ended_event(const Match& match, const Settling& settling, const SettlementIds& ids,
                        const std::string& source)
{
    const Settlement& settlement = settling.settlement;
    const MatchResult& result = settlement.result;
    protocol::MatchEnded ended;
    ended.match = match.id;
    ended.mode = match.mode;
    ended.players = {match.seats[0].player, match.seats[1].player};
    ended.winner = result.winner + 1;
    ended.reason = result.reason;
    ended.turns = result.turns;
    ended.commands = result.commands;
    ended.final_hash = result.final_hash;
    ended.content = match.content_hash;
    ended.changes = changes_of(settlement.rewards);
    ended.bots = settling.bots;
    OutboxEvent out;
    out.topic = protocol::topic::game;
    out.event = {ids.event,
                 std::string(protocol::event_type::match_ended),
                 source,
                 match.id.value,
                 ids.traceparent,
                 settlement.at,
                 protocol::encode(ended)};
    return out;
}

} // namespace

bool is_rated(const Match& match)
{
    return match.mode == "ranked" && match.seats[0].bot.empty() && match.seats[1].bot.empty();
}

std::int64_t utc_day(Millis now)
{
    return now / day;
}

bool walked_out(const MatchResult& result, int seat, const Rewards& rewards)
{
    if (result.winner < 0 || result.winner == seat) return false;
    if (result.reason == "forfeit" || result.reason == "idle") return true;
    return result.reason == "conceded" && result.turns < rewards.early_turns;
}

bool counts_for_day(const Match& match, const MatchResult& result, const Rewards& rewards)
{
    if (match.mode == protocol::challenge_mode) return false; // friends keep nobody waiting
    return match.mode == "ranked" || walked_out(result, 0, rewards) || walked_out(result, 1, rewards);
}

Reward reward_of(const Match& match, const MatchResult& result, int seat, const DailyPlay& today,
                 const Rewards& rewards)
{
    if (match.mode != "ranked" || !match.seats[static_cast<std::size_t>(seat)].bot.empty()) return {};
    const bool given_up = result.reason == "conceded" || result.reason == "forfeit" || result.reason == "idle";
    if (given_up && result.turns < rewards.early_turns) return {};
    if (today.paid >= rewards.paid_matches) return {};
    if (result.winner < 0) return {rewards.draw, 0};
    if (result.winner != seat) return {rewards.loss, 0};
    const std::int64_t times = today.wins == 0 ? rewards.first_win : 1;
    return {times * rewards.win, times * rewards.win_crops};
}

std::array<Rating, 2> new_ratings(const std::array<Rating, 2>& before, const MatchResult& result, Millis now)
{
    std::array<Rating, 2> after = before;
    for (int seat = 0; seat < 2; ++seat) {
        const auto own = static_cast<std::size_t>(seat);
        const rating::Game game{rested(before[1 - own], now), score_of(result, seat)};
        const rating::Rating next = rating::update(rested(before[own], now), std::span(&game, 1));
        Rating& out = after[own];
        out.rating = next.rating;
        out.deviation = next.deviation;
        out.volatility = next.volatility;
        ++out.games;
        ++(result.winner < 0 ? out.draws : result.winner == seat ? out.wins : out.losses);
        out.rated_at = now;
    }
    return after;
}

namespace {

// The day of the seat's player with this match in it.
DailyPlay day_after(const DailyPlay& before, const Match& match, const MatchResult& result, int seat,
                    const Reward& reward, const Rewards& rewards, Millis now)
{
    DailyPlay after = before;
    after.player = match.seats[static_cast<std::size_t>(seat)].player;
    after.day = utc_day(now);
    ++after.games;
    if (reward.coins > 0 || reward.crops > 0) ++after.paid;
    if (match.mode == "ranked" && result.winner == seat) ++after.wins;
    if (walked_out(result, seat, rewards)) ++after.left;
    return after;
}

void pay(Settling& out, const Match& match, std::size_t seat, const Reward& reward, const Rewards& rewards,
         const SettlementIds& ids)
{
    const std::array<std::pair<std::string, std::int64_t>, 2> items{
        {{"coin", reward.coins}, {rewards.win_crop, reward.crops}}};
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto& [asset, amount] = items[i];
        if (amount == 0) continue;
        out.ends[seat].rewards.push_back({asset, {amount}});
        out.settlement.rewards.push_back({ids.rewards[seat][i], asset, rewards.account,
                                          player_account(match.seats[seat].player), amount, "match.reward"});
    }
}

// As whoever reads the event counts it: for people alone, and not where friends can arrange how it ends.
ProjectedEvent counted_of(const Match& match, const Settling& settling, const EventId& event)
{
    ProjectedEvent out;
    if (match.mode == protocol::challenge_mode) return out;
    const MatchResult& result = settling.settlement.result;
    const auto facts = game::progress::match_facts(match.mode, result.reason, result.winner + 1, result.turns);
    for (std::size_t seat = 0; seat < facts.size(); ++seat) {
        const PlayerId& player = match.seats[seat].player;
        if (std::ranges::find(settling.bots, player) != settling.bots.end()) continue;
        for (const game::progress::StatisticStep& step : game::progress::statistics_of(facts[seat]))
            out.statistics.push_back({player, std::string(step.statistic), step.amount});
    }
    if (!out.statistics.empty()) out.event = event;
    return out;
}

} // namespace

Settling settling_of(const Match& match, const MatchResult& result, const std::string& server_seed,
                     const Standing& before, const Rewards& rewards, const SettlementIds& ids,
                     const std::string& source, Millis now)
{
    Settling out;
    out.settlement.match = match.id;
    out.settlement.epoch = match.epoch;
    out.settlement.result = result;
    out.settlement.server_seed = server_seed;
    out.settlement.at = now;
    const bool rated = is_rated(match);
    const std::array<Rating, 2> after = rated ? new_ratings(before.ratings, result, now) : before.ratings;
    const bool day_counts = counts_for_day(match, result, rewards);
    if (rated) out.settlement.ratings = {after[0], after[1]};
    for (int seat = 0; seat < 2; ++seat) {
        const auto index = static_cast<std::size_t>(seat);
        const MatchSeat& sits = match.seats[index];
        if (before.bots[index] || !sits.bot.empty()) out.bots.push_back(sits.player);
        protocol::BattleEnd& end = out.ends[index];
        end.match = match.id;
        end.winner = result.winner + 1;
        end.reason = result.reason;
        end.turns = result.turns;
        end.commands = result.commands;
        end.server_seed = server_seed;
        end.nonces = {match.nonces[0], match.nonces[1]};
        end.final_hash = result.final_hash;
        if (rated) {
            end.rating_before = before.ratings[index].rating;
            end.rating_after = after[index].rating;
        }
        if (!day_counts || !sits.bot.empty()) continue;
        const Reward reward = reward_of(match, result, seat, before.days[index], rewards);
        pay(out, match, index, reward, rewards, ids);
        out.settlement.days.push_back(day_after(before.days[index], match, result, seat, reward, rewards, now));
    }
    out.settlement.events.push_back(ended_event(match, out, ids, source));
    out.settlement.counted = counted_of(match, out, ids.event);
    return out;
}

void forgo_rewards(Settling& settling, const Match& match, const SettlementIds& ids, const std::string& source)
{
    settling.settlement.rewards.clear();
    for (protocol::BattleEnd& end : settling.ends) end.rewards.clear();
    settling.settlement.events = {ended_event(match, settling, ids, source)};
}

} // namespace harvest::instance
