#include "common/adapters/sql/season_rows.hpp"

#include "common/adapters/sql/leaderboards.hpp"

namespace harvest::sql {
namespace {

// 0: not on the board that counts.
Result<std::int64_t> place_of(Connection& connection, const Rating& rating, const BoardRule& board)
{
    if (board.places == 0 || rating.rating < board.rating) return 0;
    const Result<std::int64_t> better = count_better(connection, rating.rating, rating.player, board.places);
    if (!better) return better.error();
    return *better < board.places ? *better + 1 : 0;
}

} // namespace

Result<void> keep_best(Connection& connection, const Rating& rating, std::int64_t season)
{
    const Result<Season> open = open_season(connection);
    if (!open) return open.error();
    const Result<std::int64_t> place = place_of(connection, rating, open->board);
    if (!place) return place.error();
    const Result<Rows> kept = connection.execute(
        "INSERT INTO season_bests (player, season, rating, place, league, last_rating) VALUES ($1, $2, $3, $4, '', $3) "
        "ON CONFLICT (player, season) DO UPDATE SET last_rating = excluded.last_rating, "
        "rating = CASE WHEN excluded.rating > season_bests.rating THEN excluded.rating ELSE season_bests.rating END, "
        "place = CASE WHEN excluded.place > 0 AND (season_bests.place = 0 OR excluded.place < season_bests.place) "
        "THEN excluded.place ELSE season_bests.place END",
        {rating.player.value, season, rating.rating, *place});
    if (!kept) return kept.error();
    return {};
}

} // namespace harvest::sql
