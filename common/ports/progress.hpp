// Statistics, achievements, quests and leaderboards: projections of the event log. An event's effect is one transaction
// with the record that it was applied, so that an event that comes again changes nothing.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/progress.hpp"
#include "common/ports/task.hpp"

namespace harvest {

class Progress {
public:
    virtual ~Progress() = default;

    // All of it or nothing, under the epoch that the caller read: counts, and of goals that are reached the reward
    // (harvest-game(7) §1) and its event. Errors besides the stores' own: not_found (no such projection), those of the
    // ledger.
    virtual AsyncResult<Projected> apply(std::string projection, std::int64_t epoch, std::vector<ProjectedEvent> events,
                                         Millis now, Deadline by) = 0;
    virtual AsyncResult<std::vector<ProjectionState>> projections(Deadline by) = 0;
    // Drops the rows and takes the next epoch; somebody has to read the past again. Errors: not_found.
    virtual AsyncResult<ProjectionState> rebuild(std::string projection, Millis now, Deadline by) = 0;
    // The past has been read again under this epoch; nothing happens under another.
    virtual AsyncResult<void> caught_up(std::string projection, std::int64_t epoch, Deadline by) = 0;

    // By name; those that are zero are left out.
    virtual AsyncResult<std::vector<PlayerStatistic>> statistics(PlayerId player, Deadline by) = 0;
    // The player's achievements (day 0) or quests of a day that have begun.
    virtual AsyncResult<std::vector<GoalState>> goals(PlayerId player, std::int64_t day, Deadline by) = 0;

    // The best first; no bots, nobody who is gone. `board` is "rating" (ranked, in thousandths), season_board() or a
    // statistic.
    virtual AsyncResult<std::vector<LeaderboardEntry>>
    leaderboard(std::string board, std::optional<LeaderboardCursor> after, std::size_t limit, Deadline by) = 0;
    // The player's place with at most `above` before it, `limit` in all; empty if the player has none.
    virtual AsyncResult<std::vector<LeaderboardEntry>> around(std::string board, PlayerId player, std::size_t above,
                                                              std::size_t limit, Deadline by) = 0;
    // The player and their friends alone, ranked among themselves; all of them, for friends are few.
    virtual AsyncResult<std::vector<LeaderboardEntry>> among_friends(std::string board, PlayerId player,
                                                                     Deadline by) = 0;
};

} // namespace harvest
