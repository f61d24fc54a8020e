// Leaderboards while their Redis is stopped, killed and flushed: the store's answer, in time.
#include "common/adapters/redis/redis_leaderboards.hpp"
#include "tests/unit/redis/server.hpp"

#include <csignal>

using namespace harvest;
using namespace harvest::test;

namespace {

// A store with one board, which tells how often it was asked.
class OneBoard final : public Progress {
public:
    AsyncResult<Projected> apply(std::string, std::int64_t, std::vector<ProjectedEvent>, Millis, Deadline) override
    {
        co_return Errc::not_found;
    }
    AsyncResult<std::vector<ProjectionState>> projections(Deadline) override { co_return Errc::not_found; }
    AsyncResult<ProjectionState> rebuild(std::string, Millis, Deadline) override { co_return Errc::not_found; }
    AsyncResult<void> caught_up(std::string, std::int64_t, Deadline) override { co_return Errc::not_found; }
    AsyncResult<std::vector<PlayerStatistic>> statistics(PlayerId, Deadline) override { co_return Errc::not_found; }
    AsyncResult<std::vector<GoalState>> goals(PlayerId, std::int64_t, Deadline) override { co_return Errc::not_found; }
    AsyncResult<std::vector<LeaderboardEntry>> leaderboard(std::string, std::optional<LeaderboardCursor>, std::size_t,
                                                           Deadline) override
    {
        ++asked;
        co_return board;
    }
    AsyncResult<std::vector<LeaderboardEntry>> around(std::string, PlayerId, std::size_t, std::size_t,
                                                      Deadline) override
    {
        ++asked;
        co_return board;
    }
    AsyncResult<std::vector<LeaderboardEntry>> among_friends(std::string, PlayerId, Deadline) override
    {
        co_return Errc::not_found;
    }
    std::vector<LeaderboardEntry> board{{1, PlayerId{"p_2"}, "ada", 9}, {2, PlayerId{"p_1"}, "bob", 3}};
    int asked = 0;
};

struct RankingGateway {
    explicit RankingGateway(const RedisServer& server) : connection(server.options()) {}
    system::SystemClock clock;
    OneBoard store;
    redis::RedisConnection connection;
    redis::RedisLeaderboards boards{connection, store, clock, {"board:", 100ms, 60s, 120s, 5s, 100}};

    // The names, or what went wrong; and how long it took.
    std::pair<std::string, Millis> read()
    {
        const auto [entries, took] = timed(boards.leaderboard("wins", {}, 10, clock.after(5s)));
        std::string names;
        if (entries)
            for (const LeaderboardEntry& each : *entries) names += each.name + ' ';
        return {entries ? names : entries.error().message(), took};
    }
    bool from_redis()
    {
        const int before = store.asked;
        return read().first == "ada bob " && store.asked == before;
    }
};

} // namespace

TEST_CASE("T33: leaderboards while Redis is stopped, flushed and killed", "[redis]")
{
    constexpr Millis tolerated{200}; // twice the wait for Redis, for a machine with more to do than this
    RedisServer server;
    RankingGateway gateway(server);
    REQUIRE(eventually([&] { return gateway.from_redis(); }));
    server.signal(SIGSTOP);
    for (int i = 0; i < 5; ++i) {
        const auto [names, took] = gateway.read();
        CHECK(names == "ada bob ");
        CHECK(took <= tolerated);
    }
    server.signal(SIGCONT);
    CHECK(eventually([&] { return gateway.from_redis(); }));
    REQUIRE(ask(gateway.connection, {"FLUSHALL"}));
    REQUIRE(ask(gateway.connection, {"SCRIPT", "FLUSH"}));
    CHECK(gateway.read().first == "ada bob ");
    CHECK(eventually([&] { return gateway.from_redis(); }));
    server.kill();
    const auto [names, took] = gateway.read();
    CHECK(names == "ada bob ");
    CHECK(took <= tolerated);
    server.start();
    CHECK(eventually([&] { return gateway.from_redis(); }));
}

TEST_CASE("A score that a double cannot hold stays with the store", "[redis]")
{
    RedisServer server;
    RankingGateway gateway(server);
    REQUIRE(eventually([&] { return gateway.from_redis(); }));
    gateway.store.board.front().score = (std::int64_t{1} << 53) + 1;
    REQUIRE(ask(gateway.connection, {"FLUSHALL"}));
    for (int i = 0; i < 3; ++i) {
        const auto entries = get(gateway.boards.leaderboard("wins", {}, 10, gateway.clock.after(5s)));
        REQUIRE(entries);
        CHECK(entries->front().score == (std::int64_t{1} << 53) + 1);
    }
}
