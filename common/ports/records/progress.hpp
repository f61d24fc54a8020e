// What follows from the events and is kept of it: statistics and goals of players, and leaderboards (harvest-game(7)
// §6).
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"
#include "common/ports/records/event.hpp"
#include "common/ports/records/ledger.hpp"

#include <optional>
#include <string>
#include <vector>

namespace harvest {

// Rows that come from events alone: they can be dropped and made again from the event log.
namespace projection {
inline constexpr std::string_view statistics = "statistics", achievements = "achievements";
}

struct PlayerStatistic {
    std::string statistic; // "wins"
    std::int64_t value{};
};

struct StatisticStep {
    PlayerId player;
    std::string statistic;
    std::int64_t amount{}; // >= 0
};

// One step towards an achievement or a quest. The step that reaches `target` pays the reward and tells the log, once
// for ever: what was reached is no projection and outlives a rebuild.
struct GoalStep {
    PlayerId player;
    std::string goal;
    std::int64_t day{}; // of a quest, UTC days since 1970; 0: an achievement
    std::int64_t amount{}, target{};
    Millis at{};     // of the event
    bool pays{true}; // false: it only counts
    std::vector<Transfer> reward;
    OutboxEvent told;
};

// What one event changes.
struct ProjectedEvent {
    EventId event;
    std::vector<StatisticStep> statistics;
    std::vector<GoalStep> goals;
};

struct ProjectionState {
    std::string name;
    std::int64_t epoch{};  // one more with each rebuild
    std::int64_t events{}; // that its rows are made of
    bool caught_up{};      // false: the past is being read again
    Millis rebuilt_at{};   // zero: never
};

struct Projected {
    bool current{};         // false: nothing was done, for the projection has another epoch by now
    std::int64_t fresh{};   // events that had not been applied before
    std::int64_t reached{}; // goals
};

struct GoalState {
    std::string goal;
    std::int64_t day{}, count{};
    std::optional<Millis> reached_at;
};

struct LeaderboardEntry {
    std::int64_t rank{}; // equal scores share one
    PlayerId player;
    std::string name;
    std::int64_t score{};
};

// The board of a season: the ranked ratings with which its players stand in it, or stood when it ended.
inline std::string season_board(std::int64_t season)
{
    return "season." + std::to_string(season);
}

// Where a page of a leaderboard goes on: after this score and player.
struct LeaderboardCursor {
    std::int64_t score{};
    PlayerId player;
};

} // namespace harvest
