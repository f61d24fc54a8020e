#include "common/adapters/redis/redis_leaderboards.hpp"

#include "common/adapters/redis/leaderboard_scripts.hpp"

#include <algorithm>
#include <charconv>

namespace harvest::redis {
namespace {

constexpr std::size_t entries_a_step = 1'000;
constexpr std::size_t head_of_reply = 4, parts_of_entry = 3;
constexpr std::int64_t greatest_score = std::int64_t{1} << 53; // scores are doubles in Redis

std::optional<std::int64_t> score_in(const std::string& text)
{
    std::int64_t score{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), score);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return score;
}

// Equal scores share the rank of the first of them.
void rank(std::vector<LeaderboardEntry>& entries, std::int64_t from, std::int64_t better)
{
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const bool same = i > 0 && entries[i].score == entries[i - 1].score;
        entries[i].rank = same ? entries[i - 1].rank : i == 0 ? better + 1 : from + static_cast<std::int64_t>(i) + 1;
    }
}

} // namespace

RedisLeaderboards::RedisLeaderboards(RedisConnection& connection, Progress& store, const Clock& clock,
                                     LeaderboardOptions options)
    : connection_(connection),
      store_(store),
      clock_(clock),
      options_(std::move(options))
{
}

AsyncResult<Projected> RedisLeaderboards::apply(std::string projection, std::int64_t epoch,
                                                std::vector<ProjectedEvent> events, Millis now, Deadline by)
{
    return store_.apply(std::move(projection), epoch, std::move(events), now, by);
}

AsyncResult<std::vector<ProjectionState>> RedisLeaderboards::projections(Deadline by)
{
    return store_.projections(by);
}

AsyncResult<ProjectionState> RedisLeaderboards::rebuild(std::string projection, Millis now, Deadline by)
{
    return store_.rebuild(std::move(projection), now, by);
}

AsyncResult<void> RedisLeaderboards::caught_up(std::string projection, std::int64_t epoch, Deadline by)
{
    return store_.caught_up(std::move(projection), epoch, by);
}

AsyncResult<std::vector<PlayerStatistic>> RedisLeaderboards::statistics(PlayerId player, Deadline by)
{
    return store_.statistics(std::move(player), by);
}

AsyncResult<std::vector<GoalState>> RedisLeaderboards::goals(PlayerId player, std::int64_t day, Deadline by)
{
    return store_.goals(std::move(player), day, by);
}

std::vector<std::string> RedisLeaderboards::keys(const std::string& board) const
{
    const std::string name = options_.prefix + board;
    return {name + ":scores", name + ":names", name + ":lock"};
}

RedisLeaderboards::Found RedisLeaderboards::found_in(const Reply& reply, std::size_t limit) const
{
    Found found;
    if (!reply.items.empty()) found.token = reply.items[0].text;
    if (reply.items.size() < head_of_reply) return found;
    const std::int64_t size = reply.items[1].integer, from = reply.items[2].integer;
    const bool is_whole = size < static_cast<std::int64_t>(options_.places);
    if (!is_whole && (from < 0 || from + static_cast<std::int64_t>(limit) > size)) return found;
    std::vector<LeaderboardEntry> entries;
    for (std::size_t i = head_of_reply; i + parts_of_entry <= reply.items.size(); i += parts_of_entry) {
        const std::optional<std::int64_t> score = score_in(reply.items[i + 1].text);
        if (!score) return found;
        entries.push_back({0, PlayerId{reply.items[i].text}, reply.items[i + 2].text, *score});
    }
    rank(entries, from, reply.items[3].integer);
    found.entries = std::move(entries);
    return found;
}

Task<RedisLeaderboards::Found> RedisLeaderboards::find(const std::string& board, std::vector<std::string> arguments,
                                                       std::size_t limit, Deadline by)
{
    const Result<Patience> wait = patience(clock_, by, options_.timeout);
    if (!wait || limit > entries_a_step) co_return Found{};
    arguments.push_back(std::to_string(limit));
    for (const Millis length : {options_.keep, options_.refresh, options_.making})
        arguments.push_back(std::to_string(length.count()));
    const Result<Reply> reply =
        co_await connection_.eval(read_board_script(), keys(board), std::move(arguments), *wait);
    if (!reply) co_return Found{};
    co_return found_in(*reply, limit);
}

AsyncResult<std::vector<LeaderboardEntry>> RedisLeaderboards::leaderboard(std::string board,
                                                                          std::optional<LeaderboardCursor> after,
                                                                          std::size_t limit, Deadline by)
{
    std::vector<std::string> arguments{"after", after ? std::to_string(after->score) : "",
                                       after ? after->player.value : "", "0"};
    Found found = co_await find(board, std::move(arguments), limit, by);
    if (found.entries && found.token.empty()) co_return std::move(*found.entries);
    Result<std::vector<LeaderboardEntry>> entries = co_await store_.leaderboard(board, std::move(after), limit, by);
    if (entries && !found.token.empty()) co_await make(std::move(board), std::move(found.token), by);
    co_return entries;
}

AsyncResult<std::vector<LeaderboardEntry>> RedisLeaderboards::around(std::string board, PlayerId player,
                                                                     std::size_t above, std::size_t limit, Deadline by)
{
    std::vector<std::string> arguments{"around", "", player.value, std::to_string(above)};
    Found found = co_await find(board, std::move(arguments), limit, by);
    if (found.entries && found.token.empty()) co_return std::move(*found.entries);
    Result<std::vector<LeaderboardEntry>> entries = co_await store_.around(board, std::move(player), above, limit, by);
    if (entries && !found.token.empty()) co_await make(std::move(board), std::move(found.token), by);
    co_return entries;
}

AsyncResult<std::vector<LeaderboardEntry>> RedisLeaderboards::among_friends(std::string board, PlayerId player,
                                                                            Deadline by)
{
    return store_.among_friends(std::move(board), std::move(player), by);
}

// Fills a board of its own and puts it in the place of the old one. Whatever fails leaves that to the next reader.
Task<void> RedisLeaderboards::make(std::string board, std::string token, Deadline by)
{
    const Deadline until{std::min(by.at, clock_.after(options_.making).at)};
    const Result<std::vector<LeaderboardEntry>> best =
        co_await store_.leaderboard(board, std::nullopt, options_.places, until);
    if (!best || (!best->empty() && best->front().score > greatest_score)) co_return;
    const std::string making = options_.prefix + board + ':' + token;
    const std::vector<std::string> made{making + ":scores", making + ":names"};
    for (std::size_t at = 0; at < best->size(); at += entries_a_step) {
        std::vector<std::string> arguments{std::to_string(options_.making.count())};
        for (std::size_t i = at; i < std::min(at + entries_a_step, best->size()); ++i) {
            arguments.push_back(std::to_string((*best)[i].score));
            arguments.push_back((*best)[i].player.value);
            arguments.push_back((*best)[i].name);
        }
        const Result<Patience> wait = patience(clock_, until, options_.timeout);
        if (!wait) co_return;
        const Result<Reply> loaded = co_await connection_.eval(load_board_script(), made, std::move(arguments), *wait);
        if (!loaded) co_return;
    }
    const Result<Patience> wait = patience(clock_, until, options_.timeout);
    if (!wait) co_return;
    std::vector<std::string> all = made;
    for (std::string& key : keys(board)) all.push_back(std::move(key));
    std::vector<std::string> arguments{token, std::to_string(options_.keep.count()), std::to_string(best->size())};
    (void)co_await connection_.eval(publish_board_script(), std::move(all), std::move(arguments), *wait);
}

} // namespace harvest::redis
