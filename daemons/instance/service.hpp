// What the end of a match changes: rating (Glicko-2), rewards and the event (harvest-game(7) §6). Pure.
#pragma once

#include "common/ports/records/match.hpp"
#include "common/protocol/battle.hpp"
#include "daemons/instance/config.hpp"

namespace harvest::instance {

// Made before the first try, so that a repeated one changes nothing twice.
struct SettlementIds {
    std::array<TransferId, 2> rewards;
    EventId event;
};

struct Settling {
    Settlement settlement;
    std::array<protocol::BattleEnd, 2> ends; // what each seat is told
};

// Ranked matches between two people are rated; against a house bot they only pay.
bool is_rated(const Match& match);

// Coins of a seat (0 or 1): nothing for house bots, other modes, and matches conceded in the first turns.
std::int64_t reward_of(const Match& match, const MatchResult& result, int seat, const Rewards& rewards);

// Both ratings after the match; `before` grows with idle days first. Other matches change nothing.
std::array<Rating, 2> new_ratings(const std::array<Rating, 2>& before, const MatchResult& result, Millis now);

// `before` is asked for only where is_rated(match). `server_seed` in hex; `source` names this daemon.
Settling settling_of(const Match& match, const MatchResult& result, const std::string& server_seed,
                     const std::array<Rating, 2>& before, const Rewards& rewards, const SettlementIds& ids,
                     const std::string& source, Millis now);

} // namespace harvest::instance
