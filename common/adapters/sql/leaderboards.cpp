#include "common/adapters/sql/leaderboards.hpp"

#include "common/protocol/social.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <variant>

namespace harvest::sql {
namespace {

constexpr std::int64_t counted_places = 10'000; // beyond that a rank is only a lower bound
constexpr std::string_view rating_board = "rating", rated_mode = "ranked";

// Where a board's scores are: `s.{}` is the score, $1 what picks the board.
struct Source {
    std::string_view table, key, score;
    std::variant<std::string, std::int64_t> value;

    Param picked() const
    {
        if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
        return std::string_view(std::get<std::string>(value));
    }
};

// Of the name that season_board() makes.
std::optional<std::int64_t> season_of(std::string_view board)
{
    constexpr std::string_view prefix = "season.";
    if (!board.starts_with(prefix)) return std::nullopt;
    board.remove_prefix(prefix.size());
    std::int64_t season{};
    const auto [end, fault] = std::from_chars(board.data(), board.data() + board.size(), season);
    if (fault != std::errc{} || end != board.data() + board.size()) return std::nullopt;
    return season;
}

Source source_of(const std::string& board)
{
    if (const auto season = season_of(board)) return {"season_bests", "season", "last_rating", *season};
    if (board == rating_board) return {"ratings", "mode", "rating", std::string(rated_mode)};
    return {"player_statistics", "statistic", "value", board};
}

std::string select(const Source& source, std::string_view columns, std::string_view condition)
{
    return fmt::format("SELECT {1} FROM {0} AS s JOIN accounts AS a ON a.id = s.player "
                       "WHERE s.{2} = $1 AND a.bot = 0 AND a.deleted_at = 0 AND s.{3} > 0 AND {4}",
                       source.table, fmt::format(fmt::runtime(columns), source.score), source.key, source.score,
                       fmt::format(fmt::runtime(condition), source.score));
}

Result<std::int64_t> count(Connection& connection, const Source& source, std::string_view condition,
                           const LeaderboardEntry& entry)
{
    // Both parameters stand in every condition: a driver may mind one that is not used.
    const Result<Rows> rows = connection.execute("SELECT COUNT(*) FROM (" + select(source, "s.player", condition) +
                                                     fmt::format(" LIMIT {}) AS ahead", counted_places),
                                                 {source.picked(), entry.score, entry.player.value});
    if (!rows) return rows.error();
    return rows->front().integer(0);
}

// Ranks of entries that follow each other on the board.
Result<void> rank(Connection& connection, const Source& source, std::vector<LeaderboardEntry>& entries)
{
    if (entries.empty()) return {};
    const LeaderboardEntry& first = entries.front();
    const Result<std::int64_t> better = count(connection, source, "s.{0} > $2 AND s.player <> $3", first);
    if (!better) return better.error();
    const Result<std::int64_t> before =
        count(connection, source, "s.{0} >= $2 AND (s.{0} > $2 OR s.player > $3)", first);
    if (!before) return before.error();
    entries.front().rank = *better + 1;
    for (std::size_t i = 1; i < entries.size(); ++i) {
        const bool same = entries[i].score == entries[i - 1].score;
        entries[i].rank = same ? entries[i - 1].rank : *before + static_cast<std::int64_t>(i) + 1;
    }
    return {};
}

Result<std::vector<LeaderboardEntry>> entries_of(const Result<Rows>& rows)
{
    if (!rows) return rows.error();
    std::vector<LeaderboardEntry> entries;
    for (const Row& row : *rows) entries.push_back({0, PlayerId{row.text(0)}, row.text(1), row.integer(2)});
    return entries;
}

Result<std::vector<LeaderboardEntry>> page(Connection& connection, const Source& source, std::string_view condition,
                                           std::string_view direction, const LeaderboardCursor& from, std::size_t limit)
{
    const std::string statement = select(source, "s.player, a.name, s.{0}", condition) +
                                  fmt::format(" ORDER BY s.{0} {1}, s.player {1} LIMIT $4", source.score, direction);
    return entries_of(connection.execute(
        statement, {source.picked(), from.score, from.player.value, static_cast<std::int64_t>(limit)}));
}

// The best first, and ranks of a board that is whole.
void rank_among_themselves(std::vector<LeaderboardEntry>& entries)
{
    std::ranges::sort(entries, std::greater{}, [](const LeaderboardEntry& each) {
        return std::pair<std::int64_t, const PlayerId&>(each.score, each.player);
    });
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const bool same = i > 0 && entries[i].score == entries[i - 1].score;
        entries[i].rank = same ? entries[i - 1].rank : static_cast<std::int64_t>(i) + 1;
    }
}

constexpr std::string_view below = "s.{0} <= $2 AND (s.{0} < $2 OR s.player < $3)";
constexpr std::string_view above_it = "s.{0} >= $2 AND (s.{0} > $2 OR s.player > $3)";
constexpr std::int64_t greatest = std::int64_t{1} << 62;

} // namespace

Result<std::int64_t> count_better(Connection& connection, std::int64_t rating, const PlayerId& player,
                                  std::int64_t at_most)
{
    const Source source = source_of(std::string(rating_board));
    const Result<Rows> rows = connection.execute(
        "SELECT COUNT(*) FROM (" + select(source, "s.player", "s.{0} > $2 AND s.player <> $3") + " LIMIT $4) AS ahead",
        {source.picked(), rating, player.value, at_most});
    if (!rows) return rows.error();
    return rows->front().integer(0);
}

Result<std::vector<LeaderboardEntry>> read_leaderboard(Connection& connection, const std::string& board,
                                                       const std::optional<LeaderboardCursor>& after, std::size_t limit)
{
    const Source source = source_of(board);
    const LeaderboardCursor from = after.value_or(LeaderboardCursor{greatest, {}});
    Result<std::vector<LeaderboardEntry>> entries = page(connection, source, below, "DESC", from, limit);
    if (!entries) return entries;
    const Result<void> ranked = rank(connection, source, *entries);
    if (!ranked) return ranked.error();
    return entries;
}

Result<std::vector<LeaderboardEntry>> read_around(Connection& connection, const std::string& board,
                                                  const PlayerId& player, std::size_t above, std::size_t limit)
{
    const Source source = source_of(board);
    Result<std::vector<LeaderboardEntry>> own = entries_of(connection.execute(
        select(source, "s.player, a.name, s.{0}", "s.player = $2"), {source.picked(), player.value}));
    if (!own || own->empty()) return own;
    const LeaderboardCursor here{own->front().score, player};
    Result<std::vector<LeaderboardEntry>> entries = page(connection, source, above_it, "ASC", here, above);
    if (!entries) return entries;
    std::ranges::reverse(*entries);
    entries->push_back(own->front());
    const Result<std::vector<LeaderboardEntry>> rest =
        page(connection, source, below, "DESC", here, limit - std::min(limit, entries->size()));
    if (!rest) return rest.error();
    entries->insert(entries->end(), rest->begin(), rest->end());
    const Result<void> ranked = rank(connection, source, *entries);
    if (!ranked) return ranked.error();
    return entries;
}

// A block ends the friendship of the two, so that friends are never blocked.
Result<std::vector<LeaderboardEntry>> read_among_friends(Connection& connection, const std::string& board,
                                                         const PlayerId& player)
{
    const Source source = source_of(board);
    const std::string statement =
        select(source, "s.player, a.name, s.{0}",
               "s.player IN (SELECT $2 UNION SELECT other FROM social_ties WHERE player = $2 AND state = $3)");
    Result<std::vector<LeaderboardEntry>> entries = entries_of(connection.execute(
        statement, {source.picked(), player.value, static_cast<std::int64_t>(protocol::FriendState::friends)}));
    if (entries) rank_among_themselves(*entries);
    return entries;
}

} // namespace harvest::sql
