// GET /v1/leaderboards/{id}: the best players, or those around the one who asks.
#include "common/protocol/progress.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/query.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace harvest::gateway {
namespace {

constexpr std::size_t page = 50, around_in_all = 21, around_above = 10;
constexpr std::array<std::string_view, 3> boards{"rating", "wins", "harvests"};

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

protocol::Leaderboard board_of(const game::rating::Ladder& ladder, std::string id,
                               const std::vector<LeaderboardEntry>& entries, std::size_t full)
{
    const bool rating = id == "rating";
    protocol::Leaderboard board;
    board.id = std::move(id);
    for (const LeaderboardEntry& entry : entries) {
        board.items.push_back({entry.rank, entry.player, entry.name, entry.score, {}});
        if (rating) board.items.back().league = ladder.league_of(entry.score, entry.rank).id;
    }
    if (entries.size() >= full)
        board.next_cursor = std::to_string(entries.back().score) + '.' + entries.back().player.value;
    return board;
}

} // namespace

Task<HttpResponse> handle_leaderboard(Progress& progress, const game::rating::Ladder& ladder, const Call& call)
{
    const std::string id(call.id);
    if (std::ranges::find(boards, id) == boards.end()) co_return problem(call, make_error_code(Errc::not_found));
    const Result<std::vector<std::string>> query = read_query(call.request.query, {"cursor", "around"});
    if (!query) co_return problem(call, query.error(), "query: cursor and around are known");
    const std::string &cursor_text = query->at(0), &around = query->at(1);
    if (!around.empty() && (around != "me" || !cursor_text.empty()))
        co_return problem(call, make_error_code(Errc::invalid_argument), "query: around is me, and alone");
    if (around == "me") {
        const Result<std::vector<LeaderboardEntry>> near =
            co_await progress.around(id, call.who.player, around_above, around_in_all, call.by);
        if (!near) co_return problem(call, near.error());
        co_return reply(board_of(ladder, id, *near, around_in_all));
    }
    std::optional<LeaderboardCursor> after;
    if (!cursor_text.empty()) {
        after = read_cursor(cursor_text);
        if (!after)
            co_return problem(call, make_error_code(Errc::invalid_argument), "query: cursor is not one of ours");
    }
    const Result<std::vector<LeaderboardEntry>> entries =
        co_await progress.leaderboard(id, std::move(after), page, call.by);
    if (!entries) co_return problem(call, entries.error());
    co_return reply(board_of(ladder, id, *entries, page));
}

} // namespace harvest::gateway
