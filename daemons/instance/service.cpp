#include "daemons/instance/service.hpp"

#include "common/game/rating/glicko2.hpp"
#include "common/protocol/events.hpp"

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

OutboxEvent ended_event(const Match& match, const MatchResult& result, const SettlementIds& ids,
                        const std::string& source, Millis now)
{
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
    OutboxEvent out;
    out.topic = protocol::topic::game;
    out.event = {ids.event,
                 std::string(protocol::event_type::match_ended),
                 source,
                 match.id.value,
                 {},
                 now,
                 protocol::encode(ended)};
    return out;
}

} // namespace

bool is_rated(const Match& match)
{
    return match.mode == "ranked" && match.seats[0].bot.empty() && match.seats[1].bot.empty();
}

std::int64_t reward_of(const Match& match, const MatchResult& result, int seat, const Rewards& rewards)
{
    if (match.mode != "ranked" || !match.seats[static_cast<std::size_t>(seat)].bot.empty()) return 0;
    const bool given_up = result.reason == "conceded" || result.reason == "forfeit" || result.reason == "idle";
    if (given_up && result.turns < rewards.early_turns) return 0;
    if (result.winner < 0) return rewards.draw;
    return result.winner == seat ? rewards.win : rewards.loss;
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

Settling settling_of(const Match& match, const MatchResult& result, const std::string& server_seed,
                     const std::array<Rating, 2>& before, const Rewards& rewards, const SettlementIds& ids,
                     const std::string& source, Millis now)
{
    Settling out;
    out.settlement.match = match.id;
    out.settlement.epoch = match.epoch;
    out.settlement.result = result;
    out.settlement.server_seed = server_seed;
    out.settlement.at = now;
    const bool rated = is_rated(match);
    const std::array<Rating, 2> after = rated ? new_ratings(before, result, now) : before;
    if (rated) out.settlement.ratings = {after[0], after[1]};
    for (int seat = 0; seat < 2; ++seat) {
        const auto index = static_cast<std::size_t>(seat);
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
            end.rating_before = before[index].rating;
            end.rating_after = after[index].rating;
        }
        const std::int64_t coins = reward_of(match, result, seat, rewards);
        if (coins == 0) continue;
        end.rewards.push_back({"coin", {coins}});
        out.settlement.rewards.push_back({ids.rewards[index], "coin", rewards.account,
                                          player_account(match.seats[index].player), coins, "match.reward"});
    }
    out.settlement.events.push_back(ended_event(match, result, ids, source, now));
    return out;
}

} // namespace harvest::instance
