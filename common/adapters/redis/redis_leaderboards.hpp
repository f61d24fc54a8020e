// Progress whose leaderboards are read from sorted sets in Redis. They hold the best of each board as the store had
// them a few seconds ago, and make nothing up: what they do not hold, or Redis does not answer in time, the store
// tells.
#pragma once

#include "common/adapters/redis/connection.hpp"
#include "common/ports/progress.hpp"

namespace harvest::redis {

struct LeaderboardOptions {
    std::string prefix{"harvest:board:"};
    Millis timeout{100};   // longest wait for Redis in a step; then the store is asked
    Millis refresh{2'000}; // older than this, the next reader has it made anew
    Millis keep{10'000};   // older than this, it is not shown
    Millis making{5'000};  // longest time to make one; then another may
    std::size_t places{10'000};
};

class RedisLeaderboards final : public Progress {
public:
    // All but the leaderboards is `store`'s.
    RedisLeaderboards(RedisConnection& connection, Progress& store, const Clock& clock,
                      LeaderboardOptions options = {});

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
    // The store's: a friend may be beyond the places that Redis holds.
    AsyncResult<std::vector<LeaderboardEntry>> among_friends(std::string board, PlayerId player, Deadline by) override;

private:
    // `entries` none: the store has to be asked.
    struct Found {
        std::string token; // of who is to make the board anew
        std::optional<std::vector<LeaderboardEntry>> entries;
    };
    Task<Found> find(const std::string& board, std::vector<std::string> arguments, std::size_t limit, Deadline by);
    Task<void> make(std::string board, std::string token, Deadline by);
    std::vector<std::string> keys(const std::string& board) const;
    Found found_in(const Reply& reply, std::size_t limit) const;

    RedisConnection& connection_;
    Progress& store_;
    const Clock& clock_;
    LeaderboardOptions options_;
};

} // namespace harvest::redis
