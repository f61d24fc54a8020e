#include "common/adapters/sql/progress.hpp"

#include "common/adapters/sql/leaderboards.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/transfers.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace harvest::sql {
namespace {

#define PROJECTION_COLUMNS "name, epoch, events, caught_up, rebuilt_at"

constexpr std::int64_t emptying = -1; // in `caught_up`: the rows are being dropped
constexpr std::int64_t rows_at_once = 2'000;

ProjectionState to_state(const Row& row)
{
    const bool emptied = row.integer(3) == emptying; // nothing to read the past into yet
    return {row.text(0), row.integer(1), row.integer(2), emptied || row.integer(3) == row.integer(1),
            Millis{row.integer(4)}};
}

enum class Goal { open, reached };

// The epoch under which something may be applied; none while the rows are being dropped. Writing the row also locks it:
// what is applied under an epoch is over before the next one begins.
Result<std::optional<std::int64_t>> hold_epoch(Connection& connection, const std::string& projection)
{
    const Result<Rows> rows = connection.execute(
        "UPDATE projections SET events = events WHERE name = $1 RETURNING epoch, caught_up", {projection});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    const Row& row = rows->front();
    std::optional<std::int64_t> epoch;
    if (row.integer(1) != emptying) epoch = row.integer(0);
    return epoch;
}

Result<void> add_statistic(Connection& connection, const StatisticStep& step)
{
    if (step.amount < 0 || step.player.empty()) return Errc::invalid_argument;
    if (step.amount == 0) return {};
    const Result<Rows> added = connection.execute(
        "INSERT INTO player_statistics (player, statistic, value) VALUES ($1, $2, $3) "
        "ON CONFLICT (player, statistic) DO UPDATE SET value = player_statistics.value + excluded.value",
        {step.player.value, step.statistic, step.amount});
    if (!added) return added.error();
    return {};
}

// Reached: by this step. The count stops there, so that the order of steps does not matter.
Result<Goal> add_to_goal(Connection& connection, const GoalStep& step)
{
    if (step.amount < 0 || step.target < 1 || step.player.empty() || step.reward.empty()) return Errc::invalid_argument;
    if (step.amount == 0) return Goal::open;
    const Result<Rows> counted = connection.execute(
        "INSERT INTO goal_counts (player, goal, on_day, count) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (player, goal, on_day) DO UPDATE SET count = CASE WHEN goal_counts.count + $5 < $6 "
        "THEN goal_counts.count + $5 ELSE $6 END WHERE goal_counts.count < $6 RETURNING count",
        {step.player.value, step.goal, step.day, std::min(step.amount, step.target), step.amount, step.target});
    if (!counted) return counted.error();
    const bool full = !counted->empty() && counted->front().integer(0) >= step.target;
    return full ? Goal::reached : Goal::open;
}

// Open: it had been reached before, and the rows were dropped since.
Result<Goal> reach(Connection& connection, const GoalStep& step, Millis now)
{
    const Result<std::int64_t> first =
        change(connection,
               "INSERT INTO goals_reached (player, goal, on_day, at) VALUES ($1, $2, $3, $4) "
               "ON CONFLICT (player, goal, on_day) DO NOTHING",
               {step.player.value, step.goal, step.day, step.at.count()});
    if (!first) return first.error();
    if (*first == 0) return Goal::open;
    const Result<void> paid = apply_transfers(connection, step.reward, now);
    if (!paid) return paid.error();
    Event event = step.told.event;
    event.time = now; // that of the transfers it tells of
    const Result<void> told = append_event(connection, step.told.topic, event);
    if (!told) return told.error();
    return Goal::reached;
}

Result<void> apply_event(Connection& connection, const std::string& projection, const ProjectedEvent& event, Millis now,
                         Projected& out)
{
    if (event.event.empty()) return Errc::invalid_argument;
    const Result<std::int64_t> fresh = change(connection,
                                              "INSERT INTO projection_events (projection, event) VALUES ($1, $2) "
                                              "ON CONFLICT (projection, event) DO NOTHING",
                                              {projection, event.event.value});
    if (!fresh) return fresh.error();
    if (*fresh == 0) return {};
    ++out.fresh;
    for (const StatisticStep& step : event.statistics) {
        const Result<void> added = add_statistic(connection, step);
        if (!added) return added.error();
    }
    for (const GoalStep& step : event.goals) {
        const Result<Goal> full = add_to_goal(connection, step);
        if (!full) return full.error();
        if (*full == Goal::open || !step.pays) continue;
        const Result<Goal> first = reach(connection, step, now);
        if (!first) return first.error();
        out.reached += *first == Goal::reached ? 1 : 0;
    }
    return {};
}

// The projection's row is held.
Result<Projected> apply_events(Connection& connection, const std::string& projection,
                               std::span<const ProjectedEvent> events, Millis now)
{
    Projected out;
    out.current = true;
    for (const ProjectedEvent& event : events) {
        const Result<void> applied = apply_event(connection, projection, event, now, out);
        if (!applied) return applied.error();
    }
    const Result<std::int64_t> counted =
        change(connection, "UPDATE projections SET events = events + $2 WHERE name = $1", {projection, out.fresh});
    if (!counted) return counted.error();
    return out;
}

Result<Projected> apply_under(Connection& connection, const std::string& projection, std::int64_t epoch,
                              const std::vector<ProjectedEvent>& events, Millis now)
{
    const Result<std::optional<std::int64_t>> held = hold_epoch(connection, projection);
    if (!held) return held.error();
    if (*held != epoch) return Projected{};
    return apply_events(connection, projection, events, now);
}

// Nothing is applied from here on until end_emptying().
Result<void> begin_emptying(Connection& connection, const std::string& projection)
{
    const Result<std::int64_t> begun = change(
        connection, "UPDATE projections SET epoch = epoch + 1, caught_up = $2 WHERE name = $1", {projection, emptying});
    if (!begun) return begun.error();
    if (*begun == 0) return Errc::not_found;
    return {};
}

// Some of its rows; how many went.
Result<std::int64_t> drop_some(Connection& connection, const std::string& projection)
{
    const std::string table = projection == projection::statistics ? "player_statistics" : "goal_counts";
    const Result<std::int64_t> dropped =
        change(connection,
               "DELETE FROM " + table + " WHERE player IN (SELECT player FROM " + table + " ORDER BY player LIMIT $1)",
               {rows_at_once});
    if (!dropped || *dropped > 0) return dropped;
    return change(connection,
                  "DELETE FROM projection_events WHERE projection = $1 AND event IN "
                  "(SELECT event FROM projection_events WHERE projection = $1 ORDER BY event LIMIT $2)",
                  {projection, rows_at_once});
}

Result<ProjectionState> end_emptying(Connection& connection, const std::string& projection, Millis now)
{
    const Result<Rows> rows = connection.execute("UPDATE projections SET events = 0, caught_up = 0, "
                                                 "rebuilt_at = $2 WHERE name = $1 RETURNING " PROJECTION_COLUMNS,
                                                 {projection, now.count()});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    return to_state(rows->front());
}

Result<std::vector<ProjectionState>> read_projections(Connection& connection)
{
    const Result<Rows> rows = connection.execute("SELECT " PROJECTION_COLUMNS " FROM projections ORDER BY name");
    if (!rows) return rows.error();
    std::vector<ProjectionState> states;
    for (const Row& row : *rows) states.push_back(to_state(row));
    return states;
}

Result<std::vector<PlayerStatistic>> read_statistics(Connection& connection, const PlayerId& player)
{
    const Result<Rows> rows = connection.execute(
        "SELECT statistic, value FROM player_statistics WHERE player = $1 ORDER BY statistic", {player.value});
    if (!rows) return rows.error();
    std::vector<PlayerStatistic> out;
    for (const Row& row : *rows) out.push_back({row.text(0), row.integer(1)});
    return out;
}

// Also what was reached before a rebuild that has not come so far.
Result<std::vector<GoalState>> read_goals(Connection& connection, const PlayerId& player, std::int64_t day)
{
    const Result<Rows> rows = connection.execute(
        "SELECT goal, MAX(count), MAX(at) FROM ("
        "SELECT goal, count, NULL AS at FROM goal_counts WHERE player = $1 AND on_day = $2 UNION ALL "
        "SELECT goal, 0, at FROM goals_reached WHERE player = $1 AND on_day = $2) AS both_tables "
        "GROUP BY goal ORDER BY goal",
        {player.value, day});
    if (!rows) return rows.error();
    std::vector<GoalState> goals;
    for (const Row& row : *rows) {
        GoalState goal{row.text(0), day, row.integer(1), std::nullopt};
        if (!row.is_null(2)) goal.reached_at = Millis{row.integer(2)};
        goals.push_back(std::move(goal));
    }
    return goals;
}

} // namespace

Result<void> apply_with_its_cause(Connection& connection, const std::string& projection, const ProjectedEvent& event,
                                  Millis now)
{
    const Result<std::optional<std::int64_t>> held = hold_epoch(connection, projection);
    if (!held) return held.error();
    if (!*held) return {};
    const Result<Projected> applied = apply_events(connection, projection, std::span(&event, 1), now);
    if (!applied) return applied.error();
    return {};
}

AsyncResult<Projected> SqlProgress::apply(std::string projection, std::int64_t epoch,
                                          std::vector<ProjectedEvent> events, Millis now, Deadline by)
{
    return write<Projected>(
        database_,
        [projection = std::move(projection), epoch, events = std::move(events), now](Connection& connection) {
            return apply_under(connection, projection, epoch, events, now);
        },
        by);
}

AsyncResult<std::vector<ProjectionState>> SqlProgress::projections(Deadline by)
{
    return read<std::vector<ProjectionState>>(database_, read_projections, by);
}

// In steps, so that no other writer waits long; asked again after a cut, it goes on where it was.
AsyncResult<ProjectionState> SqlProgress::rebuild(std::string projection, Millis now, Deadline by)
{
    sql::Job begin = [projection](Connection& connection) { return begin_emptying(connection, projection); };
    const Result<void> begun = co_await database_.write(std::move(begin), by);
    if (!begun) co_return begun.error();
    for (std::int64_t gone = 1; gone > 0;) {
        auto some = [projection](Connection& connection) { return drop_some(connection, projection); };
        const Result<std::int64_t> dropped = co_await write<std::int64_t>(database_, std::move(some), by);
        if (!dropped) co_return dropped.error();
        gone = *dropped;
    }
    auto next = [projection, now](Connection& connection) { return end_emptying(connection, projection, now); };
    co_return co_await write<ProjectionState>(database_, std::move(next), by);
}

AsyncResult<void> SqlProgress::caught_up(std::string projection, std::int64_t epoch, Deadline by)
{
    return database_.write(
        [projection = std::move(projection), epoch](Connection& connection) -> Result<void> {
            const Result<std::int64_t> kept = change(
                connection, "UPDATE projections SET caught_up = $2 WHERE name = $1 AND epoch = $2 AND caught_up <> $3",
                {projection, epoch, emptying});
            if (!kept) return kept.error();
            return {};
        },
        by);
}

AsyncResult<std::vector<PlayerStatistic>> SqlProgress::statistics(PlayerId player, Deadline by)
{
    return read<std::vector<PlayerStatistic>>(
        database_, [player = std::move(player)](Connection& connection) { return read_statistics(connection, player); },
        by);
}

AsyncResult<std::vector<GoalState>> SqlProgress::goals(PlayerId player, std::int64_t day, Deadline by)
{
    return read<std::vector<GoalState>>(
        database_,
        [player = std::move(player), day](Connection& connection) { return read_goals(connection, player, day); }, by);
}

AsyncResult<std::vector<LeaderboardEntry>>
SqlProgress::leaderboard(std::string board, std::optional<LeaderboardCursor> after, std::size_t limit, Deadline by)
{
    return read<std::vector<LeaderboardEntry>>(
        database_,
        [board = std::move(board), after = std::move(after), limit](Connection& connection) {
            return read_leaderboard(connection, board, after, limit);
        },
        by);
}

AsyncResult<std::vector<LeaderboardEntry>> SqlProgress::around(std::string board, PlayerId player, std::size_t above,
                                                               std::size_t limit, Deadline by)
{
    return read<std::vector<LeaderboardEntry>>(
        database_,
        [board = std::move(board), player = std::move(player), above, limit](Connection& connection) {
            return read_around(connection, board, player, above, limit);
        },
        by);
}

AsyncResult<std::vector<LeaderboardEntry>> SqlProgress::among_friends(std::string board, PlayerId player, Deadline by)
{
    return read<std::vector<LeaderboardEntry>>(
        database_,
        [board = std::move(board), player = std::move(player)](Connection& connection) {
            return read_among_friends(connection, board, player);
        },
        by);
}

} // namespace harvest::sql
