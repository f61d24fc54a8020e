#include "common/adapters/sql/seasons.hpp"

#include "common/adapters/sql/leases.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/season_rows.hpp"
#include "common/adapters/sql/transfers.hpp"

namespace harvest::sql {
namespace {

#define SEASON_COLUMNS "season, board_rating, board_places, opened_at, closed_at, players, rewarded"

Season to_season(const Row& row)
{
    return {row.integer(0),         {row.integer(1), row.integer(2)},
            Millis{row.integer(3)}, Millis{row.integer(4)},
            row.integer(5),         row.integer(6)};
}

Result<void> insert_season(Connection& connection, std::int64_t season, const BoardRule& board, Millis now)
{
    if (season < 1 || board.rating < 0 || board.places < 0) return Errc::invalid_argument;
    const Result<Rows> opened =
        connection.execute("INSERT INTO seasons (" SEASON_COLUMNS ") VALUES ($1, $2, $3, $4, 0, 0, 0)",
                           {season, board.rating, board.places, now.count()});
    if (!opened) return opened.error();
    return {};
}

Result<std::vector<Season>> read_seasons(Connection& connection, std::size_t limit)
{
    const Result<Rows> rows = connection.execute("SELECT " SEASON_COLUMNS " FROM seasons ORDER BY season DESC LIMIT $1",
                                                 {static_cast<std::int64_t>(limit)});
    if (!rows) return rows.error();
    std::vector<Season> seasons;
    for (const Row& row : *rows) seasons.push_back(to_season(row));
    return seasons;
}

Result<Season> find_season(Connection& connection, std::int64_t season)
{
    const Result<Rows> rows = connection.execute("SELECT " SEASON_COLUMNS " FROM seasons WHERE season = $1", {season});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    return to_season(rows->front());
}

// The holder's, and of the season that is open.
Result<void> may_end(Connection& connection, const Lease& lease, std::int64_t season)
{
    const Result<void> held = check_lease(connection, lease);
    if (!held) return held.error();
    const Result<Season> open = open_season(connection);
    if (!open) return open.error() == Errc::not_found ? Error{Errc::conflict} : open.error();
    if (open->number != season) return Errc::conflict;
    return {};
}

Result<std::vector<SeasonPlayer>> read_unsettled(Connection& connection, std::int64_t season, std::size_t limit)
{
    const Result<Rows> rows = connection.execute(
        "SELECT r.player, r.rating, r.deviation, r.volatility, r.games, r.wins, r.losses, r.draws, r.rated_at, "
        "r.season, b.rating, b.place FROM ratings AS r LEFT JOIN season_bests AS b ON b.player = r.player AND "
        "b.season = $2 WHERE r.mode = $1 AND r.season <= $2 ORDER BY r.season, r.player LIMIT $3",
        {ranked_mode, season, static_cast<std::int64_t>(limit)});
    if (!rows) return rows.error();
    std::vector<SeasonPlayer> players;
    for (const Row& row : *rows) {
        SeasonPlayer player;
        player.rating = {PlayerId{row.text(0)}, std::string(ranked_mode), row.integer(1), row.integer(2),
                         row.integer(3),        row.integer(4),           row.integer(5), row.integer(6),
                         row.integer(7),        Millis{row.integer(8)},   row.integer(9)};
        if (!row.is_null(10)) player.best = SeasonBest{row.integer(10), row.integer(11)};
        players.push_back(std::move(player));
    }
    return players;
}

enum class Reset { done, moved_on }; // moved on: has played meanwhile, or is gone

Result<Reset> reset(Connection& connection, std::int64_t season, const SeasonEnd& end)
{
    if (end.before.season > season || end.before.player.empty()) return Errc::invalid_argument;
    const Result<std::int64_t> changed =
        change(connection,
               "UPDATE ratings SET rating = $3, deviation = $4, season = $5 WHERE player = $1 AND mode = $2 AND "
               "games = $6 AND season = $7",
               {end.before.player.value, ranked_mode, end.rating, end.deviation, season + 1, end.before.games,
                end.before.season});
    if (!changed) return changed.error();
    return *changed > 0 ? Reset::done : Reset::moved_on;
}

Result<void> pay(Connection& connection, std::int64_t season, const SeasonEnd& end, Millis now)
{
    if (!end.league.empty()) {
        const Result<std::int64_t> kept =
            change(connection, "UPDATE season_bests SET league = $3 WHERE player = $1 AND season = $2",
                   {end.before.player.value, season, end.league});
        if (!kept) return kept.error();
    }
    const Result<void> paid = apply_transfers(connection, end.reward, now);
    if (!paid) return paid.error();
    return append_event(connection, end.told.topic, end.told.event);
}

Result<void> settle_page(Connection& connection, const Lease& lease, std::int64_t season,
                         const std::vector<SeasonEnd>& page, Millis now)
{
    const Result<void> may = may_end(connection, lease, season);
    if (!may) return may.error();
    std::int64_t players = 0, rewarded = 0;
    for (const SeasonEnd& end : page) {
        const Result<Reset> changed = reset(connection, season, end);
        if (!changed) return changed.error();
        if (*changed == Reset::moved_on) continue;
        const Result<void> paid = pay(connection, season, end, now);
        if (!paid) return paid.error();
        ++players;
        rewarded += end.reward.empty() ? 0 : 1;
    }
    const Result<std::int64_t> counted =
        change(connection, "UPDATE seasons SET players = players + $2, rewarded = rewarded + $3 WHERE season = $1",
               {season, players, rewarded});
    if (!counted) return counted.error();
    return {};
}

Result<void> close_season(Connection& connection, const Lease& lease, std::int64_t season, const BoardRule& next,
                          Millis now)
{
    const Result<void> may = may_end(connection, lease, season);
    if (!may) return may.error();
    const Result<std::vector<SeasonPlayer>> left = read_unsettled(connection, season, 1);
    if (!left) return left.error();
    if (!left->empty()) return Errc::conflict;
    const Result<std::int64_t> closed =
        change(connection, "UPDATE seasons SET closed_at = $2 WHERE season = $1", {season, now.count()});
    if (!closed) return closed.error();
    return insert_season(connection, season + 1, next, now);
}

Result<void> begin_season(Connection& connection, const Lease& lease, std::int64_t season, const BoardRule& board,
                          Millis now)
{
    const Result<void> held = check_lease(connection, lease);
    if (!held) return held.error();
    const Result<Season> open = open_season(connection);
    if (open) return {};
    if (open.error() != Errc::not_found) return open.error();
    return insert_season(connection, season, board, now);
}

} // namespace

Result<Season> open_season(Connection& connection)
{
    const Result<std::vector<Season>> last = read_seasons(connection, 1);
    if (!last) return last.error();
    if (last->empty()) return Errc::not_found;
    return last->front();
}

AsyncResult<Season> SqlSeasons::open(Deadline by)
{
    return read<Season>(database_, open_season, by);
}

AsyncResult<Season> SqlSeasons::find(std::int64_t season, Deadline by)
{
    return read<Season>(database_, [season](Connection& connection) { return find_season(connection, season); }, by);
}

AsyncResult<std::vector<Season>> SqlSeasons::list(std::size_t limit, Deadline by)
{
    return read<std::vector<Season>>(
        database_, [limit](Connection& connection) { return read_seasons(connection, limit); }, by);
}

AsyncResult<void> SqlSeasons::begin(Lease lease, std::int64_t season, BoardRule board, Millis now, Deadline by)
{
    return database_.write([lease = std::move(lease), season, board, now](
                               Connection& connection) { return begin_season(connection, lease, season, board, now); },
                           by);
}

AsyncResult<std::vector<SeasonPlayer>> SqlSeasons::unsettled(std::int64_t season, std::size_t limit, Deadline by)
{
    return read<std::vector<SeasonPlayer>>(
        database_, [season, limit](Connection& connection) { return read_unsettled(connection, season, limit); }, by);
}

AsyncResult<void> SqlSeasons::settle(Lease lease, std::int64_t season, std::vector<SeasonEnd> page, Millis now,
                                     Deadline by)
{
    return database_.write([lease = std::move(lease), season, page = std::move(page),
                            now](Connection& connection) { return settle_page(connection, lease, season, page, now); },
                           by);
}

AsyncResult<void> SqlSeasons::close(Lease lease, std::int64_t season, BoardRule next, Millis now, Deadline by)
{
    return database_.write([lease = std::move(lease), season, next,
                            now](Connection& connection) { return close_season(connection, lease, season, next, now); },
                           by);
}

} // namespace harvest::sql
