// GET /v1/leaderboards/{id}: the best players, those around the one who asks, or the friends of theirs; of all time or
// of a season.
#include "common/protocol/leaderboard_errc.hpp"
#include "common/protocol/progress.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/query.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace harvest::gateway {
namespace {

using protocol::LeaderboardErrc;

constexpr std::size_t page = 50, around_in_all = 21, around_above = 10;
constexpr std::string_view rating_board = "rating";
constexpr std::array<std::string_view, 3> boards{rating_board, "wins", "harvests"};

enum class Part { best, around_me, among_friends };

struct Wanted {
    Part part = Part::best;
    std::optional<LeaderboardCursor> after; // of the best
    std::string season;                     // as it was asked for; empty: of all time
};

// "1532000.p_…", the last entry of the page before.
std::optional<LeaderboardCursor> read_cursor(const std::string& text)
{
    const std::size_t dot = text.find('.');
    if (dot == std::string::npos) return std::nullopt;
    LeaderboardCursor cursor;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + dot, cursor.score);
    const Result<PlayerId> player = parse_id<PlayerId>(std::string_view(text).substr(dot + 1));
    if (fault != std::errc{} || end != text.data() + dot || cursor.score < 0 || !player) return std::nullopt;
    cursor.player = *player;
    return cursor;
}

// `why` says what is wrong with it.
Result<Wanted> read_wanted(std::string_view text, std::string_view& why)
{
    why = "query: cursor, around, among and season are known";
    const Result<std::vector<std::string>> query = read_query(text, {"cursor", "around", "among", "season"});
    if (!query) return query.error();
    const std::string &cursor = query->at(0), &around = query->at(1), &among = query->at(2);
    Wanted wanted;
    wanted.season = query->at(3);
    why = "query: cursor, around=me and among=friends exclude each other";
    if (!cursor.empty() + !around.empty() + !among.empty() > 1) return Errc::invalid_argument;
    why = "query: around is me";
    if (!around.empty() && around != "me") return Errc::invalid_argument;
    why = "query: among is friends";
    if (!among.empty() && among != "friends") return Errc::invalid_argument;
    if (!around.empty()) wanted.part = Part::around_me;
    if (!among.empty()) wanted.part = Part::among_friends;
    why = "query: cursor is not one of ours";
    if (!cursor.empty() && !(wanted.after = read_cursor(cursor))) return Errc::invalid_argument;
    return wanted;
}

// "current", or its number.
AsyncResult<Season> season_of(Seasons& seasons, const std::string& text, Deadline by)
{
    std::int64_t number{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = fault == std::errc{} && end == text.data() + text.size();
    if (!is_number && text != "current") co_return Errc::invalid_argument;
    Result<Season> season = Errc::not_found;
    if (is_number)
        season = co_await seasons.find(number, by);
    else
        season = co_await seasons.open(by);
    if (!season && season.error() == Errc::not_found) co_return LeaderboardErrc::no_such_season;
    co_return season;
}

AsyncResult<std::vector<LeaderboardEntry>> read_part(Progress& progress, std::string board, Wanted wanted,
                                                     PlayerId player, Deadline by)
{
    if (wanted.part == Part::around_me)
        return progress.around(std::move(board), std::move(player), around_above, around_in_all, by);
    if (wanted.part == Part::among_friends) return progress.among_friends(std::move(board), std::move(player), by);
    return progress.leaderboard(std::move(board), std::move(wanted.after), page, by);
}

protocol::LeaderboardSeason told(const game::rating::Ladder& ladder, const Season& season)
{
    const bool over = season.closed_at > Millis{};
    return {season.number, to_rfc3339(ladder.begin_of(season.number)), to_rfc3339(ladder.end_of(season.number)), over};
}

// The first of the whole board, as many as the highest league has places; empty where none of `entries` may be in it.
AsyncResult<std::vector<LeaderboardEntry>> first_places(Progress& progress, const game::rating::Ladder& ladder,
                                                        std::string board, const std::vector<LeaderboardEntry>& entries,
                                                        Deadline by)
{
    const game::rating::League& highest = ladder.leagues().back();
    if (highest.top == 0 || entries.empty() || entries.front().score < highest.rating)
        co_return std::vector<LeaderboardEntry>{};
    co_return co_await progress.leaderboard(std::move(board), std::nullopt, static_cast<std::size_t>(highest.top), by);
}

// On a board of which these are the first; 0: beyond them.
std::int64_t place_of(std::int64_t score, const std::vector<LeaderboardEntry>& first)
{
    const auto at = std::ranges::find_if(first, [score](const LeaderboardEntry& each) { return each.score <= score; });
    return at == first.end() ? 0 : at->rank;
}

std::vector<protocol::LeaderboardItem> items_of(const std::vector<LeaderboardEntry>& entries)
{
    std::vector<protocol::LeaderboardItem> items;
    for (const LeaderboardEntry& entry : entries)
        items.push_back({entry.rank, entry.player, entry.name, entry.score, {}});
    return items;
}

} // namespace

Task<HttpResponse> handle_leaderboard(Progress& progress, Seasons& seasons, const game::rating::Ladder& ladder,
                                      const Call& call)
{
    protocol::Leaderboard board;
    board.id = call.id;
    if (std::ranges::find(boards, board.id) == boards.end()) co_return problem(call, make_error_code(Errc::not_found));
    std::string_view why;
    Result<Wanted> wanted = read_wanted(call.request.query, why);
    if (!wanted) co_return problem(call, wanted.error(), why);
    const bool of_ratings = board.id == rating_board;
    std::string source = board.id;
    if (!wanted->season.empty()) {
        if (!of_ratings) co_return problem(call, make_error_code(LeaderboardErrc::no_seasons));
        const Result<Season> season = co_await season_of(seasons, wanted->season, call.by);
        if (!season && season.error() == Errc::invalid_argument)
            co_return problem(call, season.error(), "query: season is current or a number");
        if (!season) co_return problem(call, season.error());
        board.season = told(ladder, *season);
        source = season_board(season->number);
    }
    const Part part = wanted->part;
    const Result<std::vector<LeaderboardEntry>> entries =
        co_await read_part(progress, source, std::move(*wanted), call.who.player, call.by);
    if (!entries) co_return problem(call, entries.error());
    board.items = items_of(*entries);
    if (part == Part::among_friends && of_ratings) { // a rank among friends is no place on the board
        const Result<std::vector<LeaderboardEntry>> first =
            co_await first_places(progress, ladder, std::move(source), *entries, call.by);
        if (!first) co_return problem(call, first.error());
        for (protocol::LeaderboardItem& item : board.items)
            item.league = ladder.league_of(item.score, place_of(item.score, *first)).id;
    } else if (of_ratings) {
        for (protocol::LeaderboardItem& item : board.items) item.league = ladder.league_of(item.score, item.rank).id;
    }
    const std::size_t full = part == Part::around_me ? around_in_all : page;
    if (part != Part::among_friends && entries->size() >= full)
        board.next_cursor = std::to_string(entries->back().score) + '.' + entries->back().player.value;
    co_return reply(board);
}

} // namespace harvest::gateway
