// Leaderboards: of a store, and of Redis over it. What Redis shows may be a moment old, never anything else.
#include "common/adapters/redis/redis_leaderboards.hpp"
#include "tests/contract/support/presences.hpp"
#include "tests/contract/support/social.hpp"
#include "tests/contract/support/stores.hpp"

#include <algorithm>
#include <random>

using namespace harvest;
using namespace harvest::test;

namespace {

struct Score {
    PlayerId player;
    std::int64_t score{};
};

// Real adapters over a fresh store.
template <class Stores>
struct BoardsInStore {
    Stores stores;
    Progress& boards = stores->progress;
    Deadline soon() const { return stores.soon(); }
    void settle() {}
};

template <class Stores>
struct BoardsInRedis {
    explicit BoardsInRedis(std::size_t places = 10'000, std::string url = {})
        : connection(options(std::move(url))),
          shown(connection, stores->progress, stores.clock, {prefix, 10s, refresh, 30s, 5s, places})
    {
    }
    static redis::Options options(std::string url)
    {
        redis::Options all = test_redis();
        if (!url.empty()) all.url = std::move(url);
        return all;
    }
    Deadline soon() const { return stores.soon(); }
    // Until the next reader makes the board anew.
    void settle() { std::this_thread::sleep_for(2 * refresh); }
    redis::Reply ask(std::vector<std::string> words)
    {
        const Result<redis::Reply> reply = get(connection.call(std::move(words), {10s, Errc::timed_out}));
        REQUIRE(reply);
        return *reply;
    }
    std::string key(const std::string& part) const { return prefix + "wins:" + part; }

    static constexpr Millis refresh{400};
    std::string prefix = fresh_prefix();
    Stores stores;
    redis::RedisConnection connection;
    redis::RedisLeaderboards shown;
    Progress& boards = shown;
};

template <class World>
void make_account(World& world, const PlayerId& player, bool bot = false)
{
    NewAccount account;
    account.account.id = player;
    account.account.name = player.value.substr(2);
    account.account.bot = bot;
    account.account.created_at = noon;
    REQUIRE(get(world.stores->accounts.create(account, world.soon())));
}

template <class World>
void win(World& world, const std::vector<Score>& scores)
{
    std::vector<ProjectedEvent> events;
    for (const Score& each : scores) {
        ProjectedEvent event;
        event.event = world.stores.template id<EventId>();
        event.statistics.push_back({each.player, "wins", each.score});
        events.push_back(std::move(event));
    }
    const auto done =
        get(world.boards.apply(std::string(projection::statistics), 1, std::move(events), noon, world.soon()));
    REQUIRE(done);
    REQUIRE(done->current);
}

std::string text_of(const Result<std::vector<LeaderboardEntry>>& entries)
{
    if (!entries) return entries.error().message();
    std::string text;
    for (const LeaderboardEntry& each : *entries)
        text += std::to_string(each.rank) + ' ' + each.name + ' ' + std::to_string(each.score) + ';';
    return text;
}

template <class World>
std::string page(World& world, std::optional<LeaderboardCursor> after = {}, std::size_t limit = 50)
{
    return text_of(get(world.boards.leaderboard("wins", std::move(after), limit, world.soon())));
}

template <class World>
std::string near(World& world, const std::string& player, std::size_t above, std::size_t limit)
{
    return text_of(get(world.boards.around("wins", PlayerId{player}, above, limit, world.soon())));
}

// A few players of the suite's own.
template <class World>
void fill(World& world)
{
    const std::vector<std::int64_t> wins{3, 9, 9, 1, 9, 5, 0, 3};
    std::vector<Score> scores;
    for (std::size_t i = 0; i < wins.size(); ++i) {
        scores.push_back({PlayerId{"p_" + std::string(1, static_cast<char>('a' + i))}, wins[i]});
        make_account(world, scores.back().player, i == 2);
    }
    win(world, scores);
}

constexpr const char* all_of_them = "1 e 9;1 b 9;3 f 5;4 h 3;4 a 3;6 d 1;";

// The board as anybody would write it down.
struct PlainBoard {
    std::vector<Score> scores; // the best first

    explicit PlainBoard(std::vector<Score> all) : scores(std::move(all))
    {
        std::ranges::sort(scores, std::greater{}, [](const Score& each) { return std::pair(each.score, each.player); });
    }
    std::string text(std::size_t from, std::size_t limit) const
    {
        std::string out;
        for (std::size_t i = from; i < std::min(from + limit, scores.size()); ++i) {
            const auto better =
                std::ranges::count_if(scores, [&](const Score& other) { return other.score > scores[i].score; });
            out += std::to_string(better + 1) + ' ' + scores[i].player.value.substr(2) + ' ' +
                   std::to_string(scores[i].score) + ';';
        }
        return out;
    }
    std::string after(const LeaderboardCursor& cursor, std::size_t limit) const
    {
        const auto first = std::ranges::find_if(scores, [&](const Score& each) {
            return std::pair(each.score, each.player) < std::pair(cursor.score, cursor.player);
        });
        return text(static_cast<std::size_t>(first - scores.begin()), limit);
    }
    std::string around(const PlayerId& player, std::size_t above, std::size_t limit) const
    {
        const auto own = std::ranges::find(scores, player, &Score::player);
        if (own == scores.end()) return "";
        const auto place = static_cast<std::size_t>(own - scores.begin());
        return text(place - std::min(place, above), limit);
    }
};

template <class World>
void agree(World& world, const PlainBoard& plain, std::mt19937_64& chance, std::size_t players)
{
    for (int round = 0; round < 40; ++round) {
        const PlayerId player{"p_" + std::to_string(1'000 + chance() % players)};
        const LeaderboardCursor cursor{static_cast<std::int64_t>(chance() % 8), player};
        const std::size_t above = chance() % 6, limit = above + 1 + chance() % 9;
        CAPTURE(round, player.value, cursor.score, above, limit);
        CHECK(page(world, {}, limit) == plain.text(0, limit));
        CHECK(page(world, cursor, limit) == plain.after(cursor, limit));
        CHECK(near(world, player.value, above, limit) == plain.around(player, above, limit));
    }
}

template <class World>
void agree_with_the_plain_board(World& world)
{
    constexpr std::size_t players = 60;
    std::mt19937_64 chance(11);
    std::map<PlayerId, std::int64_t> totals;
    for (std::size_t i = 0; i < players; ++i) make_account(world, PlayerId{"p_" + std::to_string(1'000 + i)});
    for (int season = 0; season < 3; ++season) {
        std::vector<Score> more, all;
        for (int i = 0; i < 40; ++i) {
            more.push_back({PlayerId{"p_" + std::to_string(1'000 + chance() % players)},
                            static_cast<std::int64_t>(1 + chance() % 3)});
            totals[more.back().player] += more.back().score;
        }
        win(world, more);
        world.settle();
        for (const auto& [player, score] : totals) all.push_back({player, score});
        (void)page(world); // in Redis: makes it anew
        agree(world, PlainBoard(std::move(all)), chance, players);
    }
}

} // namespace

#define HARVEST_BOARDS                                                                                                 \
    BoardsInStore<SqliteInline>, BoardsInStore<PostgresStores>, BoardsInRedis<SqliteInline>,                           \
        BoardsInRedis<PostgresStores>

TEMPLATE_TEST_CASE("A leaderboard is in pages by score and player, with shared ranks and without bots",
                   "[leaderboards]", HARVEST_BOARDS)
{
    TestType world;
    fill(world);
    for (int round = 0; round < 2; ++round) { // in Redis: by the store, then from there
        CHECK(page(world) == all_of_them);
        CHECK(page(world, {}, 2) == "1 e 9;1 b 9;");
        CHECK(page(world, LeaderboardCursor{9, PlayerId{"p_e"}}, 3) == "1 b 9;3 f 5;4 h 3;");
        CHECK(page(world, LeaderboardCursor{3, PlayerId{"p_h"}}, 3) == "4 a 3;6 d 1;");
        CHECK(page(world, LeaderboardCursor{4, PlayerId{"p_nobody"}}, 1) == "4 h 3;");
        CHECK(page(world, LeaderboardCursor{1, PlayerId{"p_d"}}, 3).empty());
        CHECK(near(world, "p_h", 1, 3) == "3 f 5;4 h 3;4 a 3;");
        CHECK(near(world, "p_e", 5, 3) == "1 e 9;1 b 9;3 f 5;");
        CHECK(near(world, "p_d", 2, 5) == "4 h 3;4 a 3;6 d 1;");
        for (const char* nobody : {"p_g", "p_c", "p_nobody"}) CHECK(near(world, nobody, 2, 5).empty());
        CHECK(text_of(get(world.boards.leaderboard("rating", {}, 5, world.soon()))).empty());
    }
}

TEMPLATE_TEST_CASE("Friends are ranked among themselves; who is blocked, asked or gone is not among them",
                   "[leaderboards]", HARVEST_BOARDS)
{
    TestType world;
    fill(world);
    const PlayerId me{"p_a"};
    const auto among = [&](const char* player) {
        return text_of(get(world.boards.among_friends("wins", PlayerId{player}, world.soon())));
    };
    CHECK(among("p_a") == "1 a 3;"); // without friends: oneself
    for (const char* friend_of_mine : {"p_b", "p_d", "p_e", "p_g", "p_h"}) {
        const PlayerId other{friend_of_mine};
        REQUIRE(ask(world.stores, me, other));
        REQUIRE(accept(world.stores, other, me));
    }
    REQUIRE(ask(world.stores, me, PlayerId{"p_f"}));
    CHECK(among("p_a") == "1 e 9;1 b 9;3 h 3;3 a 3;5 d 1;");
    CHECK(among("p_b") == "1 b 9;2 a 3;"); // my friends are not each other's
    CHECK(among("p_f") == "1 f 5;");
    CHECK(among("p_g") == "1 a 3;"); // has no place of its own
    REQUIRE(block(world.stores, me, PlayerId{"p_e"}));
    REQUIRE(block(world.stores, PlayerId{"p_b"}, me));
    CHECK(among("p_a") == "1 h 3;1 a 3;3 d 1;");
    CHECK(among("p_e") == "1 e 9;");
    CHECK(among("p_b") == "1 b 9;");
    CHECK(among("p_nobody").empty());
    CHECK(text_of(get(world.boards.among_friends("rating", me, world.soon()))).empty());
}

TEMPLATE_TEST_CASE("Pages and neighbours are those of a plain board, whatever is asked", "[leaderboards]",
                   HARVEST_BOARDS)
{
    TestType world;
    agree_with_the_plain_board(world);
}

TEST_CASE("Beyond the places that Redis holds, the store tells", "[leaderboards][redis]")
{
    BoardsInRedis<SqliteInline> world(7);
    agree_with_the_plain_board(world);
}

TEST_CASE("What Redis shows is a moment old, and the next reader after that has it made anew", "[leaderboards][redis]")
{
    BoardsInRedis<SqliteInline> world;
    fill(world);
    CHECK(page(world) == all_of_them);
    win(world, {{PlayerId{"p_d"}, 10}});
    CHECK(page(world) == all_of_them); // from Redis
    world.settle();
    const char* const later = "1 d 11;2 e 9;2 b 9;4 f 5;5 h 3;5 a 3;";
    CHECK(page(world) == later);
    CHECK(page(world) == later);
    CHECK(world.ask({"PTTL", world.key("scores")}).integer > 0);
    CHECK(world.ask({"PTTL", world.key("names")}).integer > 0);
}

TEST_CASE("A board that is gone, damaged or half there is told by the store and mended", "[leaderboards][redis]")
{
    BoardsInRedis<SqliteInline> world;
    fill(world);
    CHECK(page(world) == all_of_them);
    const std::vector<std::vector<std::string>> damages{
        {"DEL", world.key("scores"), world.key("names"), world.key("lock")},
        {"DEL", world.key("scores")},
        {"DEL", world.key("names")},
        {"HDEL", world.key("names"), "p_f"},
        {"SET", world.key("scores"), "nonsense"},
        {"SET", world.key("names"), "nonsense"},
        {"PERSIST", world.key("scores")},
        {"ZADD", world.key("scores"), "7", "p_x"},
    };
    for (const std::vector<std::string>& damage : damages) {
        CAPTURE(damage);
        (void)world.ask(damage);
        CHECK(page(world) == all_of_them);
        CHECK(near(world, "p_h", 1, 3) == "3 f 5;4 h 3;4 a 3;");
        CHECK(world.ask({"ZCARD", world.key("scores")}).integer == 6);
    }
}

TEST_CASE("While one makes a board, others go on; who comes too late changes nothing", "[leaderboards][redis]")
{
    BoardsInRedis<SqliteInline> world;
    fill(world);
    (void)world.ask({"SET", world.key("lock"), "another", "PX", "60000"});
    CHECK(page(world) == all_of_them);
    CHECK(page(world) == all_of_them);
    CHECK(world.ask({"EXISTS", world.key("scores")}).integer == 0);
    (void)world.ask({"DEL", world.key("lock")});
    CHECK(page(world) == all_of_them);
    CHECK(world.ask({"EXISTS", world.key("scores"), world.key("lock")}).integer == 1);
    CHECK(world.ask({"KEYS", world.key("*")}).items.size() == 2); // nothing is left of the making
}

TEST_CASE("Without Redis the store tells, and at once", "[leaderboards][redis]")
{
    BoardsInRedis<SqliteInline> world(10'000, "redis://127.0.0.1:1");
    fill(world);
    const Millis began = world.stores.clock.monotonic();
    CHECK(page(world) == all_of_them);
    CHECK(near(world, "p_h", 1, 3) == "3 f 5;4 h 3;4 a 3;");
    CHECK(world.stores.clock.monotonic() - began < 1s);
    const Deadline passed{world.stores.clock.monotonic() - 1ms};
    CHECK_FALSE(get(world.boards.leaderboard("wins", {}, 5, passed)).has_value());
}
