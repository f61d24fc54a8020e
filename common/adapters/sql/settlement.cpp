#include "common/adapters/sql/match_rows.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/progress.hpp"
#include "common/adapters/sql/season_rows.hpp"
#include "common/adapters/sql/transfers.hpp"

namespace harvest::sql {
namespace {

// Frees the players for their next match.
Result<void> disengage(Connection& connection, const MatchId& match)
{
    const Result<Rows> freed = connection.execute(
        "DELETE FROM player_engagements WHERE match_id = $1 AND player IN "
        "(SELECT player_1 FROM matches WHERE id = $1 UNION SELECT player_2 FROM matches WHERE id = $1)",
        {match.value});
    if (!freed) return freed.error();
    return {};
}

#define OPEN_SEASON "(SELECT COALESCE(MAX(season), 0) FROM seasons)"

// The season that the rating counts in; 0: none is open yet.
Result<std::int64_t> put_rating(Connection& connection, const Rating& rating)
{
    if (rating.games < 1 || rating.player.empty()) return Errc::invalid_argument;
    const Result<Rows> put =
        rating.games == 1
            ? connection.execute(
                  "INSERT INTO ratings (player, mode, rating, deviation, volatility, games, wins, losses, draws, "
                  "rated_at, season) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, " OPEN_SEASON
                  ") ON CONFLICT (player, mode) DO NOTHING RETURNING season",
                  {rating.player.value, rating.mode, rating.rating, rating.deviation, rating.volatility, rating.wins,
                   rating.losses, rating.draws, rating.rated_at.count()})
            : connection.execute(
                  "UPDATE ratings SET rating = $3, deviation = $4, volatility = $5, games = $6, wins = $7, "
                  "losses = $8, draws = $9, rated_at = $10, season = CASE WHEN season = 0 THEN " OPEN_SEASON
                  " ELSE season END WHERE player = $1 AND mode = $2 AND games = $6 - 1 AND season = $11 "
                  "RETURNING season",
                  {rating.player.value, rating.mode, rating.rating, rating.deviation, rating.volatility, rating.games,
                   rating.wins, rating.losses, rating.draws, rating.rated_at.count(), rating.season});
    if (!put) return put.error();
    if (put->empty()) return Errc::conflict;
    return put->front().integer(0);
}

// Both stand before either's place is counted.
Result<void> put_ratings(Connection& connection, const std::vector<Rating>& ratings)
{
    std::vector<std::int64_t> seasons;
    for (const Rating& rating : ratings) {
        const Result<std::int64_t> season = put_rating(connection, rating);
        if (!season) return season.error();
        seasons.push_back(*season);
    }
    for (std::size_t i = 0; i < ratings.size(); ++i) {
        if (seasons[i] == 0 || ratings[i].mode != ranked_mode) continue;
        const Result<void> kept = keep_best(connection, ratings[i], seasons[i]);
        if (!kept) return kept.error();
    }
    return {};
}

Result<void> put_day(Connection& connection, const DailyPlay& day)
{
    if (day.games < 1 || day.player.empty()) return Errc::invalid_argument;
    const Result<std::int64_t> changed =
        day.games == 1 ? change(connection,
                                "INSERT INTO daily_play (player, on_day, games, paid, wins, walked_out) "
                                "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (player, on_day) DO NOTHING",
                                {day.player.value, day.day, day.games, day.paid, day.wins, day.left})
                       : change(connection,
                                "UPDATE daily_play SET games = $3, paid = $4, wins = $5, walked_out = $6 "
                                "WHERE player = $1 AND on_day = $2 AND games = $3 - 1",
                                {day.player.value, day.day, day.games, day.paid, day.wins, day.left});
    if (!changed) return changed.error();
    if (*changed == 0) return Errc::conflict;
    return {};
}

Result<std::int64_t> end_match(Connection& connection, const Settlement& settlement)
{
    const MatchResult& result = settlement.result;
    return change(connection,
                  "UPDATE matches SET state = $3, ended_at = $4, server_seed = $5, winner = $6, reason = $7, "
                  "turns = $8, commands = $9, final_hash = $10 WHERE id = $1 AND epoch = $2 AND state < $3",
                  {settlement.match.value, settlement.epoch, first_finished, settlement.at.count(),
                   settlement.server_seed, std::int64_t{result.winner}, result.reason, std::int64_t{result.turns},
                   result.commands, result.final_hash});
}

// A second call with the same end, after a reply that was lost, is no conflict: nothing happens twice.
Result<void> settled_before(Connection& connection, const Settlement& settlement)
{
    const Result<Match> match = find_match(connection, settlement.match);
    if (!match) return match.error();
    const bool same = match->state == MatchState::ended && match->epoch == settlement.epoch && match->result &&
                      match->result->winner == settlement.result.winner &&
                      match->result->commands == settlement.result.commands &&
                      match->result->final_hash == settlement.result.final_hash;
    if (!same) return Errc::conflict;
    return {};
}

} // namespace

Result<void> settle_match(Connection& connection, const Settlement& settlement)
{
    const Result<std::int64_t> ended = end_match(connection, settlement);
    if (!ended) return ended.error();
    if (*ended == 0) return settled_before(connection, settlement);
    Result<void> step = disengage(connection, settlement.match);
    if (!step) return step.error();
    step = put_ratings(connection, settlement.ratings);
    if (!step) return step.error();
    for (const DailyPlay& day : settlement.days) {
        step = put_day(connection, day);
        if (!step) return step.error();
    }
    step = apply_transfers(connection, settlement.rewards, settlement.at);
    if (!step) return step.error();
    step = append_events(connection, settlement.events);
    if (!step || settlement.counted.event.empty()) return step;
    // Last, for all settlements write one row of it.
    return apply_with_its_cause(connection, std::string(projection::statistics), settlement.counted, settlement.at);
}

Result<void> abort_match(Connection& connection, const MatchId& match, std::int64_t epoch, const std::string& reason,
                         Millis now)
{
    const Result<std::int64_t> ended = change(
        connection,
        "UPDATE matches SET state = $2, ended_at = $3, reason = $4 WHERE id = $1 AND state < $5 AND epoch = $6",
        {match.value, static_cast<std::int64_t>(MatchState::aborted), now.count(), reason, first_finished, epoch});
    if (!ended) return ended.error();
    if (*ended == 0) {
        const Result<Match> found = find_match(connection, match);
        if (!found) return found.error();
        return Errc::conflict;
    }
    return disengage(connection, match);
}

Result<Rating> find_rating(Connection& connection, const PlayerId& player, const std::string& mode)
{
    const Result<Rows> rows =
        connection.execute("SELECT rating, deviation, volatility, games, wins, losses, draws, rated_at, season "
                           "FROM ratings WHERE player = $1 AND mode = $2",
                           {player.value, mode});
    if (!rows) return rows.error();
    Rating rating;
    rating.player = player;
    rating.mode = mode;
    if (rows->empty()) return rating;
    const Row& row = rows->front();
    rating.rating = row.integer(0);
    rating.deviation = row.integer(1);
    rating.volatility = row.integer(2);
    rating.games = row.integer(3);
    rating.wins = row.integer(4);
    rating.losses = row.integer(5);
    rating.draws = row.integer(6);
    rating.rated_at = Millis{row.integer(7)};
    rating.season = row.integer(8);
    return rating;
}

Result<DailyPlay> find_day(Connection& connection, const PlayerId& player, std::int64_t day)
{
    const Result<Rows> rows = connection.execute(
        "SELECT games, paid, wins, walked_out FROM daily_play WHERE player = $1 AND on_day = $2", {player.value, day});
    if (!rows) return rows.error();
    DailyPlay out;
    out.player = player;
    out.day = day;
    if (rows->empty()) return out;
    const Row& row = rows->front();
    out.games = row.integer(0);
    out.paid = row.integer(1);
    out.wins = row.integer(2);
    out.left = row.integer(3);
    return out;
}

} // namespace harvest::sql
