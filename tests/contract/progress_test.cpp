// What is made of the events: each once, whatever comes again; dropped and made again, the same; nothing paid twice.
#include "common/adapters/sql/ledger_check.hpp"
#include "common/ports/progress.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace harvest;
using namespace harvest::test;

namespace {

const PlayerId one_player{"p_ada"}, other_player{"p_bob"};
const std::string statistics(projection::statistics), achievements(projection::achievements);

ProjectedEvent counted(const std::string& event, const PlayerId& player, const std::string& statistic,
                       std::int64_t amount = 1)
{
    ProjectedEvent out;
    out.event = EventId{event};
    out.statistics.push_back({player, statistic, amount});
    return out;
}

// A step to the goal "harvest" of 10, worth 5 coins and 2 stardust.
ProjectedEvent step(const std::string& event, const PlayerId& player, std::int64_t amount, std::int64_t day = 0)
{
    ProjectedEvent out;
    out.event = EventId{event};
    GoalStep goal{player, "harvest", day, amount, 10, noon, true, {}, {}};
    const std::string mark = player.value + std::to_string(day);
    goal.reward = {{TransferId{"t_" + mark + "_0"}, "coin", "mint", player_account(player), 5, "achievement"},
                   {TransferId{"t_" + mark + "_1"}, "stardust", "mint", player_account(player), 2, "achievement"}};
    goal.told = {"harvest.user", {EventId{"e_" + mark}, "harvest.test.v1", "test", player.value, "", noon, "{}"}};
    out.goals.push_back(std::move(goal));
    return out;
}

template <class Stores>
Projected apply(Stores& stores, const std::string& to, std::vector<ProjectedEvent> events, std::int64_t epoch = 1)
{
    const Result<Projected> done = get(stores->progress.apply(to, epoch, std::move(events), noon, stores.soon()));
    REQUIRE(done);
    return *done;
}

template <class Stores>
ProjectionState state_of(Stores& stores, const std::string& name)
{
    const auto states = get(stores->progress.projections(stores.soon()));
    REQUIRE(states);
    const auto found = std::ranges::find(*states, name, &ProjectionState::name);
    REQUIRE(found != states->end());
    return *found;
}

template <class Stores>
std::int64_t held(Stores& stores, const PlayerId& player, const std::string& asset)
{
    const auto balances = get(stores->ledger.balances(player_account(player), stores.soon()));
    for (const Balance& balance : *balances)
        if (balance.asset == asset) return balance.amount;
    return 0;
}

template <class Stores>
std::string statistics_text(Stores& stores, const PlayerId& player)
{
    std::string text;
    for (const PlayerStatistic& each : *get(stores->progress.statistics(player, stores.soon())))
        text += each.statistic + " " + std::to_string(each.value) + ";";
    return text;
}

template <class Stores>
std::string goals_text(Stores& stores, const PlayerId& player, std::int64_t day = 0)
{
    std::string text;
    for (const GoalState& each : *get(stores->progress.goals(player, day, stores.soon())))
        text += each.goal + " " + std::to_string(each.count) + (each.reached_at ? " reached;" : ";");
    return text;
}

template <class Stores>
std::size_t told(Stores& stores)
{
    return get(stores->events.read("harvest.user", "", 0, 1'000, stores.soon()))->size();
}

// Every row of the two projections, in order.
template <class Stores>
std::string all_rows(Stores& stores)
{
    std::string text;
    const auto look = [&text](sql::Connection& connection) -> Result<void> {
        for (const char* statement :
             {"SELECT player, statistic, '', value FROM player_statistics ORDER BY player, statistic",
              "SELECT player, goal, CAST(on_day AS text), count FROM goal_counts ORDER BY player, on_day, goal",
              "SELECT projection, event, '', 0 FROM projection_events ORDER BY projection, event",
              "SELECT name, '', '', events FROM projections ORDER BY name"}) {
            const Result<sql::Rows> rows = connection.execute(statement);
            if (!rows) return rows.error();
            for (const sql::Row& row : *rows)
                text +=
                    row.text(0) + " " + row.text(1) + " " + row.text(2) + " " + std::to_string(row.integer(3)) + "\n";
        }
        return {};
    };
    REQUIRE(stores->database->read_now(look));
    return text;
}

template <class Stores>
bool sound(Stores& stores)
{
    bool out = false;
    const auto look = [&out](sql::Connection& connection) -> Result<void> {
        const Result<sql::LedgerReport> report = sql::check_ledger(connection);
        if (!report) return report.error();
        out = report->sound();
        return {};
    };
    REQUIRE(stores->database->read_now(look));
    return out;
}

template <class Stores>
void open_account(Stores& stores, const PlayerId& player, bool bot = false)
{
    NewAccount account;
    account.account.id = player;
    account.account.name = player.value.substr(2);
    account.account.bot = bot;
    account.account.created_at = noon;
    REQUIRE(get(stores->accounts.create(account, stores.soon())));
}

template <class Stores>
std::string board_text(Stores&, const Result<std::vector<LeaderboardEntry>>& entries)
{
    REQUIRE(entries);
    std::string text;
    for (const LeaderboardEntry& each : *entries)
        text += std::to_string(each.rank) + " " + each.name + " " + std::to_string(each.score) + ";";
    return text;
}

} // namespace

TEMPLATE_TEST_CASE("T6: an event that comes again, in any order and company, counts once", "[progress]", HARVEST_STORES)
{
    TestType stores;
    std::mt19937_64 random(7);
    std::vector<ProjectedEvent> each, goals;
    for (int i = 0; i < 30; ++i) {
        each.push_back(counted("e_" + std::to_string(i), i % 3 == 0 ? one_player : other_player,
                               i % 2 == 0 ? "wins" : "losses", i));
        goals.push_back(step("e_" + std::to_string(i), i % 3 == 0 ? one_player : other_player, 1));
    }
    // Each 1 to 5 times, shuffled, in batches of 1 to 7; some are left out at first and come last.
    const auto deliver = [&](const std::string& to, const std::vector<ProjectedEvent>& events) {
        std::vector<ProjectedEvent> queue;
        for (const ProjectedEvent& event : events)
            for (std::uint64_t times = random() % 6; times > 0; --times) queue.push_back(event);
        std::ranges::shuffle(queue, random);
        queue.insert(queue.end(), events.begin(), events.end());
        std::int64_t fresh = 0;
        for (std::size_t at = 0; at < queue.size();) {
            const std::size_t size = std::min<std::size_t>(1 + random() % 7, queue.size() - at);
            const auto from = queue.begin() + static_cast<std::ptrdiff_t>(at);
            fresh += apply(stores, to, {from, from + static_cast<std::ptrdiff_t>(size)}).fresh;
            at += size;
        }
        CHECK(fresh == 30);
    };
    deliver(statistics, each);
    deliver(achievements, goals);
    CHECK(statistics_text(stores, one_player) == "losses 75;wins 60;");
    CHECK(statistics_text(stores, other_player) == "losses 150;wins 150;");
    CHECK(goals_text(stores, one_player) == "harvest 10 reached;");
    CHECK(goals_text(stores, other_player) == "harvest 10 reached;");
    CHECK(held(stores, one_player, "coin") == 5);
    CHECK(held(stores, other_player, "stardust") == 2);
    CHECK(told(stores) == 2);
    CHECK(state_of(stores, statistics).events == 30);
    CHECK(sound(stores));
}

TEMPLATE_TEST_CASE("A goal is paid and told by the step that reaches it, once a day for quests, over a restart",
                   "[progress]", HARVEST_STORES)
{
    TestType stores;
    CHECK(apply(stores, achievements, {step("e_1", one_player, 9)}).reached == 0);
    CHECK(goals_text(stores, one_player) == "harvest 9;");
    CHECK(held(stores, one_player, "coin") == 0);
    stores.reopen();
    CHECK(apply(stores, achievements, {step("e_2", one_player, 500)}).reached == 1);
    CHECK(goals_text(stores, one_player) == "harvest 10 reached;");
    CHECK(apply(stores, achievements, {step("e_3", one_player, 10)}).reached == 0);
    CHECK(held(stores, one_player, "coin") == 5);
    CHECK(goals_text(stores, one_player, 20'000).empty());
    CHECK(apply(stores, achievements, {step("e_4", one_player, 10, 20'000), step("e_5", one_player, 12, 20'001)})
              .reached == 2);
    CHECK(goals_text(stores, one_player, 20'001) == "harvest 10 reached;");
    CHECK(held(stores, one_player, "coin") == 15);
    CHECK(told(stores) == 3);
    ProjectedEvent unpaid = step("e_6", other_player, 10, 20'000);
    unpaid.goals[0].pays = false;
    CHECK(apply(stores, achievements, {unpaid}).reached == 0);
    CHECK(goals_text(stores, other_player, 20'000) == "harvest 10;");
    CHECK(held(stores, other_player, "coin") == 0);
    CHECK(sound(stores));
}

TEMPLATE_TEST_CASE("Of a batch in which one event cannot be applied nothing is", "[progress]", HARVEST_STORES)
{
    TestType stores;
    ProjectedEvent bad = step("e_2", one_player, 10);
    bad.goals[0].reward[1].amount = 0;
    const auto refused = [&](const std::string& to, std::vector<ProjectedEvent> events, std::int64_t epoch = 1) {
        const auto done = get(stores->progress.apply(to, epoch, std::move(events), noon, stores.soon()));
        return !done ? done.error() : Error{};
    };
    CHECK(refused(achievements, {step("e_1", one_player, 3), bad}) == Errc::invalid_argument);
    CHECK(goals_text(stores, one_player).empty());
    CHECK(held(stores, one_player, "coin") == 0);
    CHECK(told(stores) == 0);
    CHECK(refused(statistics, {counted("e_1", one_player, "wins", -1)}) == Errc::invalid_argument);
    CHECK(refused("weather", {counted("e_1", one_player, "wins")}) == Errc::not_found);
    CHECK(apply(stores, achievements, {step("e_1", one_player, 3)}).fresh == 1);
}

TEMPLATE_TEST_CASE(
    "T6: rebuilt from the same events, in another order, the rows are the same and nothing is paid again", "[progress]",
    HARVEST_STORES)
{
    TestType stores;
    std::vector<ProjectedEvent> events, goals;
    for (int i = 0; i < 20; ++i) {
        events.push_back(counted("e_" + std::to_string(i), i % 2 == 0 ? one_player : other_player, "wins", i));
        goals.push_back(
            step("e_" + std::to_string(i), i % 2 == 0 ? one_player : other_player, 3, i % 5 == 0 ? 20'000 : 0));
    }
    apply(stores, statistics, events);
    apply(stores, achievements, goals);
    const std::string before = all_rows(stores);
    const std::int64_t paid = held(stores, one_player, "coin") + held(stores, other_player, "coin");
    const std::size_t said = told(stores);
    CHECK(paid > 0);
    for (const std::string& name : {statistics, achievements}) {
        const auto begun = get(stores->progress.rebuild(name, noon, stores.soon()));
        REQUIRE(begun);
        CHECK(begun->epoch == 2);
        CHECK_FALSE(begun->caught_up);
        CHECK(begun->events == 0);
        // Who still has the old epoch does nothing.
        CHECK_FALSE(apply(stores, name, name == statistics ? events : goals).current);
    }
    CHECK(statistics_text(stores, one_player).empty());
    CHECK(goals_text(stores, one_player) == "harvest 0 reached;"); // what was earned stays so
    std::ranges::reverse(events);
    std::ranges::reverse(goals);
    for (std::size_t i = 0; i < events.size(); i += 2) { // in the midst of it one comes again
        CHECK(apply(stores, statistics, {events[i], events[i + 1], events[0]}, 2).current);
        CHECK(apply(stores, achievements, {goals[i], goals[i + 1], goals[0]}, 2).reached == 0);
    }
    CHECK(all_rows(stores) == before);
    CHECK(held(stores, one_player, "coin") + held(stores, other_player, "coin") == paid);
    CHECK(told(stores) == said);
    REQUIRE(get(stores->progress.caught_up(statistics, 1, stores.soon()))); // of an older epoch
    CHECK_FALSE(state_of(stores, statistics).caught_up);
    REQUIRE(get(stores->progress.caught_up(statistics, 2, stores.soon())));
    CHECK(state_of(stores, statistics).caught_up);
    CHECK(state_of(stores, statistics).rebuilt_at == noon);
    CHECK(get(stores->progress.rebuild("weather", noon, stores.soon())).error() == Errc::not_found);
    CHECK(sound(stores));
}

TEMPLATE_TEST_CASE("A leaderboard is in pages, ties share a rank, bots are left out, and one finds oneself",
                   "[progress]", HARVEST_STORES)
{
    TestType stores;
    const std::vector<std::int64_t> wins{3, 9, 9, 1, 9, 5, 0, 3};
    std::vector<ProjectedEvent> events;
    for (std::size_t i = 0; i < wins.size(); ++i) {
        const PlayerId player{"p_" + std::string(1, static_cast<char>('a' + i))};
        open_account(stores, player, player.value == "p_c");
        events.push_back(counted("e_" + player.value, player, "wins", wins[i]));
    }
    apply(stores, statistics, events);
    const auto page = [&](std::optional<LeaderboardCursor> after, std::size_t limit) {
        return board_text(stores, get(stores->progress.leaderboard("wins", std::move(after), limit, stores.soon())));
    };
    CHECK(page({}, 50) == "1 e 9;1 b 9;3 f 5;4 h 3;4 a 3;6 d 1;");
    CHECK(page({}, 2) == "1 e 9;1 b 9;");
    CHECK(page(LeaderboardCursor{9, PlayerId{"p_e"}}, 3) == "1 b 9;3 f 5;4 h 3;");
    CHECK(page(LeaderboardCursor{3, PlayerId{"p_h"}}, 3) == "4 a 3;6 d 1;");
    CHECK(page(LeaderboardCursor{1, PlayerId{"p_d"}}, 3).empty());
    const auto near = [&](const char* player, std::size_t above, std::size_t limit) {
        return board_text(stores, get(stores->progress.around("wins", PlayerId{player}, above, limit, stores.soon())));
    };
    CHECK(near("p_h", 1, 3) == "3 f 5;4 h 3;4 a 3;");
    CHECK(near("p_e", 5, 3) == "1 e 9;1 b 9;3 f 5;");
    CHECK(near("p_d", 2, 5) == "4 h 3;4 a 3;6 d 1;");
    CHECK(near("p_g", 2, 5).empty());
    CHECK(near("p_c", 2, 5).empty());
    CHECK(near("p_nobody", 2, 5).empty());
    CHECK(board_text(stores, get(stores->progress.leaderboard("rating", {}, 5, stores.soon()))).empty());
}

TEMPLATE_TEST_CASE("More rows than go at once are dropped all the same, and nothing is applied meanwhile", "[progress]",
                   HARVEST_STORES)
{
    TestType stores;
    std::vector<ProjectedEvent> events;
    for (int i = 0; i < 2'100; ++i)
        events.push_back(counted("e_" + std::to_string(i), PlayerId{"p_" + std::to_string(i)}, "wins", 1));
    apply(stores, statistics, events);
    CHECK(statistics_text(stores, PlayerId{"p_2099"}) == "wins 1;");
    const auto begun = get(stores->progress.rebuild(statistics, noon, stores.soon()));
    REQUIRE(begun);
    for (const char* player : {"p_0", "p_999", "p_2099"}) CHECK(statistics_text(stores, PlayerId{player}).empty());
    CHECK(apply(stores, statistics, events, begun->epoch).fresh == 2'100); // the inbox is empty too
}
