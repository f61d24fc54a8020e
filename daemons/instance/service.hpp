// What the end of a match changes: rating (Glicko-2), rewards and the event (harvest-game(7) §6). Pure.
#pragma once

#include "common/ports/records/match.hpp"
#include "common/protocol/battle.hpp"
#include "daemons/instance/config.hpp"

namespace harvest::instance {

// Made before the first try, so that a repeated one changes nothing twice.
struct SettlementIds {
    std::array<std::array<TransferId, 2>, 2> rewards; // of each seat: coins, crops
    EventId event;
    std::string traceparent; // of the event
};

// What counts before the match does: ratings where is_rated(match), days where counts_for_day().
struct Standing {
    std::array<Rating, 2> ratings;
    std::array<DailyPlay, 2> days;
    std::array<bool, 2> bots{}; // by their accounts
};

struct Settling {
    Settlement settlement;
    std::vector<PlayerId> bots;
    std::array<protocol::BattleEnd, 2> ends; // what each seat is told
};

// Ranked matches between two people are rated; against a house bot they only pay.
bool is_rated(const Match& match);

struct Reward {
    std::int64_t coins{}, crops{};
};

// Of a seat (0 or 1): nothing for house bots, other modes, matches conceded in the first turns, and beyond a day's
// paid matches; the first win of a day pays more.
Reward reward_of(const Match& match, const MatchResult& result, int seat, const DailyPlay& today,
                 const Rewards& rewards);

// Whether the seat walked out: it was away or idle to the end, or conceded in the first turns.
bool walked_out(const MatchResult& result, int seat, const Rewards& rewards);
// Whether the match changes the day of its people.
bool counts_for_day(const Match& match, const MatchResult& result, const Rewards& rewards);
std::int64_t utc_day(Millis now);

// Both ratings after the match; `before` grows with idle days first. Other matches change nothing.
std::array<Rating, 2> new_ratings(const std::array<Rating, 2>& before, const MatchResult& result, Millis now);

// `server_seed` in hex; `source` names this daemon.
Settling settling_of(const Match& match, const MatchResult& result, const std::string& server_seed,
                     const Standing& before, const Rewards& rewards, const SettlementIds& ids,
                     const std::string& source, Millis now);
// Where they cannot be paid: neither moved nor told.
void forgo_rewards(Settling& settling, const Match& match, const SettlementIds& ids, const std::string& source);

} // namespace harvest::instance
