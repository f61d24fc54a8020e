// The Progress store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/progress.hpp"

namespace harvest::sql {

// In the transaction that the event comes from: the reader of the log finds it applied. Nothing is done while the rows
// are being dropped, for they are made again of the log.
Result<void> apply_with_its_cause(Connection& connection, const std::string& projection, const ProjectedEvent& event,
                                  Millis now);

class SqlProgress final : public Progress {
public:
    explicit SqlProgress(Database& database) : database_(database) {}

    AsyncResult<Projected> apply(std::string projection, std::int64_t epoch, std::vector<ProjectedEvent> events,
                                 Millis now, Deadline by) override;
    AsyncResult<std::vector<ProjectionState>> projections(Deadline by) override;
    AsyncResult<ProjectionState> rebuild(std::string projection, Millis now, Deadline by) override;
    AsyncResult<void> caught_up(std::string projection, std::int64_t epoch, Deadline by) override;
    AsyncResult<std::vector<PlayerStatistic>> statistics(PlayerId player, Deadline by) override;
    AsyncResult<std::vector<GoalState>> goals(PlayerId player, std::int64_t day, Deadline by) override;
    AsyncResult<std::vector<LeaderboardEntry>> leaderboard(std::string board, std::optional<LeaderboardCursor> after,
                                                           std::size_t limit, Deadline by) override;
    AsyncResult<std::vector<LeaderboardEntry>> around(std::string board, PlayerId player, std::size_t above,
                                                      std::size_t limit, Deadline by) override;
    AsyncResult<std::vector<LeaderboardEntry>> among_friends(std::string board, PlayerId player, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
