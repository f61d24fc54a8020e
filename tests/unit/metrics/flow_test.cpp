// The daemon between a log and a store that are real: what it makes of events, what it sets aside, a rebuild under
// load.
#include "common/adapters/sql/progress.hpp"
#include "common/protocol/events.hpp"
#include "daemons/metrics/metrics.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/fixed_contents.hpp"
#include "tests/support/small_quests.hpp"
#include "tests/support/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include <limits>

using namespace harvest;
using namespace harvest::test;

namespace {

// A store that is away for its first calls, and refuses one event for ever.
class MoodyProgress final : public Progress {
public:
    MoodyProgress(Progress& inner, int away) : inner_(inner), away_(away) {}
    AsyncResult<Projected> apply(std::string projection, std::int64_t epoch, std::vector<ProjectedEvent> events,
                                 Millis now, Deadline by) override
    {
        ++calls;
        if (away_-- > 0) co_return Errc::unavailable;
        for (const ProjectedEvent& event : events)
            if (event.event == poison) co_return why;
        co_return co_await inner_.apply(std::move(projection), epoch, std::move(events), now, by);
    }
    AsyncResult<std::vector<ProjectionState>> projections(Deadline by) override { return inner_.projections(by); }
    AsyncResult<ProjectionState> rebuild(std::string projection, Millis now, Deadline by) override
    {
        return inner_.rebuild(std::move(projection), now, by);
    }
    AsyncResult<void> caught_up(std::string projection, std::int64_t epoch, Deadline by) override
    {
        return inner_.caught_up(std::move(projection), epoch, by);
    }
    AsyncResult<std::vector<PlayerStatistic>> statistics(PlayerId player, Deadline by) override
    {
        return inner_.statistics(std::move(player), by);
    }
    AsyncResult<std::vector<GoalState>> goals(PlayerId player, std::int64_t day, Deadline by) override
    {
        return inner_.goals(std::move(player), day, by);
    }
    AsyncResult<std::vector<LeaderboardEntry>> leaderboard(std::string board, std::optional<LeaderboardCursor> after,
                                                           std::size_t limit, Deadline by) override
    {
        return inner_.leaderboard(std::move(board), std::move(after), limit, by);
    }
    AsyncResult<std::vector<LeaderboardEntry>> around(std::string board, PlayerId player, std::size_t above,
                                                      std::size_t limit, Deadline by) override
    {
        return inner_.around(std::move(board), std::move(player), above, limit, by);
    }
    AsyncResult<std::vector<LeaderboardEntry>> among_friends(std::string board, PlayerId player, Deadline by) override
    {
        return inner_.among_friends(std::move(board), std::move(player), by);
    }
    EventId poison;
    Errc why = Errc::failed_precondition;
    int calls = 0;

private:
    Progress& inner_;
    int away_;
};

// A log that keeps what is set aside only later, or only what is short.
class MoodyLog final : public EventLog {
public:
    explicit MoodyLog(EventLog& inner) : inner_(inner) {}
    AsyncResult<void> append(std::string topic, std::vector<Event> events, Deadline by) override
    {
        if (topic.ends_with(".parked")) {
            for (const Event& event : events)
                if (event.data.size() > longest) co_return Errc::invalid_argument;
            if (away-- > 0) co_return Errc::unavailable;
        }
        co_return co_await inner_.append(std::move(topic), std::move(events), by);
    }
    std::unique_ptr<EventReader> subscribe(Subscription subscription) override
    {
        return inner_.subscribe(std::move(subscription));
    }
    AsyncResult<std::vector<StoredEvent>> read(std::string topic, std::string key, std::int64_t offset, std::size_t max,
                                               Deadline by) override
    {
        return inner_.read(std::move(topic), std::move(key), offset, max, by);
    }
    AsyncResult<std::vector<TopicInfo>> topics(Deadline by) override { return inner_.topics(by); }
    AsyncResult<std::vector<GroupLag>> lags(Deadline by) override { return inner_.lags(by); }
    int away = 0;
    std::size_t longest = std::numeric_limits<std::size_t>::max();

private:
    EventLog& inner_;
};

// The daemon in a world without the others.
struct Counting {
    explicit Counting(int away = 0) : store(*world.database), moody(store, away) { start(); }
    ~Counting() { stop(); }

    void start()
    {
        daemon =
            std::make_unique<metrics::MetricsDaemon>(metrics::Config{}, "metrics-0", world.executor(), contents, log,
                                                     *world.events, moody, *world.accounts, world.clock, world.metrics);
        ended = false;
        auto hold = [](metrics::MetricsDaemon& one) -> Task<void> { co_await one.run(); };
        asio::co_spawn(world.io, hold(*daemon), [this](std::exception_ptr failure) {
            ended = true;
            CHECK_FALSE(failure);
        });
        REQUIRE(world.run_until([this] { return daemon->ready(); }, 1s));
    }
    void stop()
    {
        daemon->stop();
        REQUIRE(world.run_until([this] { return ended; }, 10s));
        daemon.reset();
    }

    void append(std::string_view type, std::string data, const std::string& key, EventId id = {})
    {
        if (id.empty()) id = world.id<EventId>();
        append(Event{std::move(id), std::string(type), "test", key, "", world.clock.now(), std::move(data)});
    }
    void append(Event event)
    {
        world.play([this, &event]() -> Task<void> {
            std::vector<Event> one;
            one.push_back(event);
            const Result<void> done = co_await world.events->append("harvest.game", std::move(one), world.soon());
            CHECK(done);
        });
    }
    void ended_match(const PlayerId& winner, const PlayerId& loser, EventId id = {})
    {
        const MatchId match = world.id<MatchId>();
        const protocol::MatchEnded told{match, "ranked", {winner, loser}, 1, "health", 9, 20, "00", "hash"};
        append(protocol::event_type::match_ended, protocol::encode(told), match.value, std::move(id));
    }

    std::string statistics(const PlayerId& player)
    {
        std::string text;
        world.play([&]() -> Task<void> {
            const auto all = co_await store.statistics(player, world.soon());
            REQUIRE(all);
            for (const PlayerStatistic& each : *all) text += each.statistic + " " + std::to_string(each.value) + ";";
        });
        return text;
    }
    std::int64_t coins(const PlayerId& player)
    {
        std::int64_t coins = 0;
        world.play([&]() -> Task<void> {
            const auto all = co_await world.ledger->balances(player_account(player), world.soon());
            REQUIRE(all);
            for (const Balance& each : *all)
                if (each.asset == "coin") coins = each.amount;
        });
        return coins;
    }
    std::size_t events_in(const std::string& topic)
    {
        std::size_t count = 0;
        world.play([&]() -> Task<void> {
            const auto all = co_await world.events->read(topic, "", 0, 10'000, world.soon());
            REQUIRE(all);
            count = all->size();
        });
        return count;
    }
    bool behind()
    {
        bool any = false;
        world.play([&]() -> Task<void> {
            const auto lags = co_await world.events->lags(world.soon());
            REQUIRE(lags);
            for (const GroupLag& lag : *lags) any = any || lag.committed_offset < lag.end_offset;
            const auto states = co_await store.projections(world.soon());
            REQUIRE(states);
            for (const ProjectionState& state : *states) any = any || !state.caught_up;
        });
        return any;
    }
    void settle()
    {
        for (int i = 0; i < 1'000; ++i) {
            world.run_for(500ms);
            if (!behind()) return;
        }
        FAIL("it does not catch up");
    }

    World world;
    game::progress::Content quests = small_quests();
    FixedContents contents{{nullptr, world.contents.now()->farm, nullptr, nullptr, borrowed(quests), nullptr}};
    sql::SqlProgress store;
    MoodyProgress moody;
    MoodyLog log{*world.events};
    std::unique_ptr<metrics::MetricsDaemon> daemon;
    bool ended = true;
};

} // namespace

TEST_CASE("Matches become statistics, an achievement and quests, each paid once and told", "[metrics]")
{
    Counting counting;
    const PlayerId ada = counting.world.id<PlayerId>(), bob = counting.world.id<PlayerId>();
    for (int i = 0; i < 3; ++i) counting.ended_match(ada, bob);
    counting.settle();
    CHECK(counting.statistics(ada) == "matches 3;wins 3;");
    CHECK(counting.statistics(bob) == "losses 3;matches 3;");
    CHECK(counting.coins(ada) == 15); // two quests and the achievement
    CHECK(counting.coins(bob) == 10);
    CHECK(counting.events_in("harvest.user") == 5);
    const std::string figures = counting.world.metrics.exposition();
    CHECK(figures.find(R"(harvest_metrics_matches_total{mode="ranked",seats="people",slot="metrics-0"} 3)") !=
          std::string::npos);
    CHECK(figures.find(R"(harvest_metrics_coins_minted_total{by="quests",slot="metrics-0"} 20)") != std::string::npos);
}

TEST_CASE("Coins of matches and starters are counted as minted, but those of bots", "[metrics]")
{
    Counting counting;
    const PlayerId ada = counting.world.id<PlayerId>();
    NewAccount robot;
    robot.account.id = counting.world.id<PlayerId>();
    robot.account.name = "robot";
    robot.account.bot = true;
    counting.world.play([&]() -> Task<void> {
        const Result<void> made = co_await counting.world.accounts->create(robot, counting.world.soon());
        CHECK(made);
    });
    const auto paid = [](const PlayerId& player, std::int64_t coins) {
        return protocol::AccountChange{player_account(player), "coin", {coins}};
    };
    protocol::MatchEnded ended{
        counting.world.id<MatchId>(), "ranked", {ada, robot.account.id}, 1, "health", 9, 20, "00", "hash"};
    ended.changes = std::vector<protocol::AccountChange>{{"mint", "coin", {-80}},
                                                         {"mint", "wheat", {-2}},
                                                         paid(ada, 60),
                                                         {player_account(ada), "wheat", {2}},
                                                         paid(robot.account.id, 20)};
    counting.append(protocol::event_type::match_ended, protocol::encode(ended), ended.match.value);
    for (const PlayerId& player : {ada, robot.account.id}) {
        const protocol::UserRegistered fresh{player, {}, std::vector<protocol::AccountChange>{paid(player, 100)}};
        counting.append(protocol::event_type::user_registered, protocol::encode(fresh), player.value);
    }
    counting.settle();
    const std::string figures = counting.world.metrics.exposition();
    CHECK(figures.find(R"(harvest_metrics_coins_minted_total{by="matches",slot="metrics-0"} 60)") != std::string::npos);
    CHECK(figures.find(R"(harvest_metrics_coins_minted_total{by="starters",slot="metrics-0"} 100)") !=
          std::string::npos);
}

TEST_CASE("Bots come to nothing by what they do, and their matches are counted apart", "[metrics]")
{
    Counting counting;
    const PlayerId ada = counting.world.id<PlayerId>(), stranger = counting.world.id<PlayerId>();
    NewAccount robot;
    robot.account.id = counting.world.id<PlayerId>();
    robot.account.name = "robot";
    robot.account.bot = true;
    counting.world.play([&]() -> Task<void> {
        const Result<void> made = co_await counting.world.accounts->create(robot, counting.world.soon());
        CHECK(made);
    });
    counting.ended_match(robot.account.id, ada); // as older events are: the account tells
    const auto told = [&](const PlayerId& winner, const PlayerId& loser, std::vector<PlayerId> bots) {
        protocol::MatchEnded ended{
            counting.world.id<MatchId>(), "ranked", {winner, loser}, 1, "health", 9, 20, "00", "hash"};
        ended.bots = std::move(bots);
        counting.append(protocol::event_type::match_ended, protocol::encode(ended), ended.match.value);
    };
    told(stranger, ada, {stranger}); // whose account is gone: the event tells
    told(robot.account.id, stranger, {robot.account.id, stranger});
    protocol::FarmHarvested harvested{robot.account.id, {{0, "wheat", 3, false}}, {}};
    counting.append(protocol::event_type::farm_harvested, protocol::encode(harvested), robot.account.id.value);
    harvested.player = ada;
    counting.append(protocol::event_type::farm_harvested, protocol::encode(harvested), ada.value);
    counting.settle();
    CHECK(counting.statistics(robot.account.id).empty());
    CHECK(counting.statistics(stranger).empty());
    CHECK(counting.statistics(ada) == "crops 3;harvests 1;losses 2;matches 2;");
    CHECK(counting.coins(robot.account.id) == 0);
    CHECK(counting.coins(stranger) == 0);
    CHECK(counting.coins(ada) > 0); // of the day's quests
    const std::string figures = counting.world.metrics.exposition();
    const auto matches = [&](const std::string& seats, int count) {
        return figures.find(R"(harvest_metrics_matches_total{mode="ranked",seats=")" + seats +
                            R"(",slot="metrics-0"} )" + std::to_string(count) + '\n') != std::string::npos;
    };
    CHECK(matches("people", 0));
    CHECK(matches("mixed", 2));
    CHECK(matches("bots", 1));
    CHECK(figures.find(R"(harvest_metrics_crops_harvested_total{crop="wheat",slot="metrics-0"} 3)") !=
          std::string::npos);
}

TEST_CASE("T6: after a stop, events delivered again count once", "[metrics]")
{
    Counting counting;
    const PlayerId ada = counting.world.id<PlayerId>(), bob = counting.world.id<PlayerId>();
    counting.ended_match(ada, bob);
    counting.settle();
    counting.stop();
    counting.ended_match(bob, ada);
    counting.world.play([&]() -> Task<void> { // everything from the beginning, for every group
        for (const char* group : {"metrics.statistics", "metrics.achievements", "metrics"})
            for (std::int32_t part = 0; part < event_partitions; ++part) {
                PartitionOffsets start{{part, 0}};
                const Result<void> done = co_await counting.world.events->reset(group, "harvest.game", std::move(start),
                                                                                counting.world.soon());
                CHECK(done);
            }
    });
    counting.start();
    counting.settle();
    CHECK(counting.statistics(ada) == "losses 1;matches 2;wins 1;");
    CHECK(counting.coins(ada) == 10);
    CHECK(counting.coins(bob) == 10);
}

TEST_CASE("An event that cannot be read or applied is set aside once and holds up nobody", "[metrics]")
{
    Counting counting;
    counting.moody.why = GENERATE(Errc::failed_precondition, Errc::conflict);
    const PlayerId ada = counting.world.id<PlayerId>(), bob = counting.world.id<PlayerId>();
    counting.append(protocol::event_type::match_ended, R"({"winner":"nobody"})", "m_1");
    counting.moody.poison = counting.world.id<EventId>();
    counting.ended_match(ada, bob, counting.moody.poison);
    for (int i = 0; i < 4; ++i) counting.ended_match(bob, ada);
    counting.settle();
    CHECK(counting.statistics(bob) == "matches 4;wins 4;");
    CHECK(counting.statistics(ada) == "losses 4;matches 4;");
    CHECK(counting.events_in("harvest.game.parked") == 4); // two events, two projections
    const int calls = counting.moody.calls;
    counting.world.run_for(1min);
    CHECK(counting.moody.calls == calls);
    CHECK(counting.events_in("harvest.game.parked") == 4);
}

TEST_CASE("What is set aside waits until the log keeps it, however long", "[metrics]")
{
    Counting counting;
    const PlayerId ada = counting.world.id<PlayerId>(), bob = counting.world.id<PlayerId>();
    counting.log.away = 2 * 12; // two projections
    counting.append(protocol::event_type::match_ended, R"({"winner":"nobody"})", "m_1");
    counting.ended_match(ada, bob);
    counting.world.run_for(20s);
    CHECK(counting.log.away > 0);
    CHECK(counting.events_in("harvest.game.parked") == 0);
    counting.world.run_for(2min);
    CHECK(counting.events_in("harvest.game.parked") == 2);
    CHECK(counting.statistics(ada) == "matches 1;wins 1;");
}

TEST_CASE("What is too long to be set aside is set aside by its place; what the log refuses for good holds up nobody",
          "[metrics]")
{
    const bool placed = GENERATE(true, false);
    Counting counting;
    counting.log.longest = placed ? 600 : 0;
    const PlayerId ada = counting.world.id<PlayerId>(), bob = counting.world.id<PlayerId>();
    const std::string padding(1'000, 'x');
    counting.append(protocol::event_type::match_ended, "{\"winner\":\"" + padding + "\"}", "m_1");
    counting.ended_match(ada, bob);
    counting.world.run_for(2min);
    CHECK(counting.statistics(ada) == "matches 1;wins 1;");
    CHECK(counting.events_in("harvest.game.parked") == (placed ? 2 : 0));
    counting.world.play([&]() -> Task<void> {
        const auto kept = co_await counting.world.events->read("harvest.game.parked", "", 0, 10, counting.world.soon());
        REQUIRE(kept);
        for (const StoredEvent& stored : *kept) {
            const auto record = protocol::decode<protocol::ParkedRecord>(stored.event.data);
            REQUIRE(record);
            CHECK(record->value.empty());
            CHECK(record->topic == "harvest.game");
            CHECK(record->event->type == protocol::event_type::match_ended);
        }
    });
}

TEST_CASE("T6: an event that is put back counts where it was set aside, and nowhere twice", "[metrics]")
{
    Counting counting;
    const PlayerId ada = counting.world.id<PlayerId>(), bob = counting.world.id<PlayerId>();
    const EventId aside = counting.world.id<EventId>(), fine = counting.world.id<EventId>();
    counting.moody.poison = aside;
    counting.ended_match(ada, bob, aside);
    counting.ended_match(ada, bob, fine);
    counting.world.run_for(1min);
    CHECK(counting.statistics(ada) == "matches 1;wins 1;");
    counting.world.play([&]() -> Task<void> { // what is kept of it is enough to make it again
        const auto kept = co_await counting.world.events->read("harvest.game.parked", "", 0, 10, counting.world.soon());
        REQUIRE(kept);
        for (const StoredEvent& stored : *kept) {
            const auto record = protocol::decode<protocol::ParkedRecord>(stored.event.data);
            REQUIRE(record);
            REQUIRE(record->event);
            CHECK(record->event->id == aside.value);
            CHECK(record->event->type == protocol::event_type::match_ended);
        }
    });
    counting.moody.poison = {};
    for (const EventId& id : {aside, protocol::next_redriven(aside), fine})
        counting.ended_match(ada, bob, protocol::next_redriven(id));
    counting.world.run_for(1min);
    CHECK(counting.statistics(ada) == "matches 2;wins 2;");
    CHECK(counting.statistics(bob) == "losses 2;matches 2;");
}

TEST_CASE("Events wait for a store that is away, however long", "[metrics]")
{
    Counting counting(60);
    const PlayerId ada = counting.world.id<PlayerId>(), bob = counting.world.id<PlayerId>();
    counting.ended_match(ada, bob);
    counting.world.run_for(6min);
    counting.settle();
    CHECK(counting.statistics(ada) == "matches 1;wins 1;");
    CHECK(counting.events_in("harvest.game.parked") == 0);
}

TEST_CASE("T6: a projection is rebuilt while matches end: the same counts, nothing paid again", "[metrics]")
{
    Counting counting;
    const PlayerId ada = counting.world.id<PlayerId>(), bob = counting.world.id<PlayerId>();
    for (int i = 0; i < 40; ++i) counting.ended_match(i % 2 == 0 ? ada : bob, i % 2 == 0 ? bob : ada);
    counting.settle();
    const std::int64_t paid = counting.coins(ada) + counting.coins(bob);
    CHECK(paid == 30);
    for (const std::string_view name : {projection::statistics, projection::achievements}) {
        counting.world.play([&]() -> Task<void> {
            std::string which(name);
            const auto begun =
                co_await counting.store.rebuild(std::move(which), counting.world.clock.now(), counting.world.soon());
            CHECK(begun);
        });
        for (int i = 0; i < 5; ++i) counting.ended_match(ada, bob);
    }
    counting.settle();
    CHECK(counting.statistics(ada) == "losses 20;matches 50;wins 30;");
    CHECK(counting.statistics(bob) == "losses 30;matches 50;wins 20;");
    CHECK(counting.coins(ada) + counting.coins(bob) == paid);
}
