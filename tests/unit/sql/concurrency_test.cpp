#include "tests/contract/support/stores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

// Runs `body(thread)` on as many loops as there are slots of a daemon.
void on_threads(int count, const std::function<void(int thread, Loop& loop)>& body)
{
    std::vector<std::thread> threads;
    std::vector<std::exception_ptr> failures(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            try {
                Loop loop;
                body(i, loop);
                loop.run();
            }
            catch (...) {
                failures[static_cast<std::size_t>(i)] = std::current_exception();
            }
        });
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

Match match_between(std::string id, const PlayerId& one, const PlayerId& two)
{
    Match match;
    match.id.value = std::move(id);
    match.mode = "ranked";
    match.seats[0].player = one;
    match.seats[1].player = two;
    return match;
}

Event event_with(std::string id, std::string key, std::string data)
{
    Event event;
    event.id.value = std::move(id);
    event.type = "harvest.test.v1";
    event.subject = std::move(key);
    event.data = std::move(data);
    return event;
}

std::int64_t count(sql::Database& database, std::string_view query)
{
    std::int64_t value = -1;
    const auto look = [&](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows = connection.execute(query);
        if (!rows) return rows.error();
        value = rows->front().integer(0);
        return {};
    };
    if (!database.read_now(look)) return -1;
    return value;
}

} // namespace

TEMPLATE_TEST_CASE("T13: players who queue twice on two match daemons are never in two matches", "[matches]",
                   SqliteThreaded, PostgresStores)
{
    TestType stores;
    OpenStores& open = *stores.operator->();
    constexpr int players = 100;
    std::atomic<int> queued{0}, refused{0}, made{0}, lost{0}, wrong{0};
    on_threads(2, [&](int slot, Loop& loop) {
        for (int lane = 0; lane < 8; ++lane)
            loop.spawn([&, slot, lane]() -> Task<void> {
                std::mt19937 random(static_cast<unsigned>(slot * 8 + lane));
                for (int i = 0; i < 60; ++i) {
                    const std::string tag = fmt::format("{}_{}_{}", slot, lane, i);
                    std::array<TicketId, 2> tickets;
                    std::array<PlayerId, 2> seats;
                    int have = 0;
                    for (int seat = 0; seat < 2; ++seat) {
                        seats[static_cast<std::size_t>(seat)].value = fmt::format("p_{}", random() % players);
                        MatchTicket ticket{TicketId{fmt::format("q_{}_{}", tag, seat)},
                                           seats[static_cast<std::size_t>(seat)],
                                           "ranked",
                                           DeckId{"d_1"},
                                           "{}",
                                           noon};
                        tickets[static_cast<std::size_t>(seat)] = ticket.id;
                        const Result<void> done = co_await open.matches.queue(std::move(ticket), stores.soon());
                        if (done) ++have;
                        if (!done && done.error() != Errc::already_exists) ++wrong;
                        done ? ++queued : ++refused;
                    }
                    Match match = match_between("m_" + tag, seats[0], seats[1]);
                    std::vector<OutboxEvent> events;
                    const Result<void> done =
                        co_await open.matches.make(std::move(match), tickets, std::move(events), stores.soon());
                    if (done) {
                        if (have < 2) ++wrong; // a match of a ticket that was refused
                        ++made;
                    } else {
                        ++lost;
                        for (const TicketId& ticket : tickets) {
                            TicketId back = ticket;
                            co_await open.matches.unqueue(std::move(back), stores.soon());
                        }
                    }
                }
            });
    });
    INFO(queued << " queued, " << refused << " refused, " << made << " matches, " << lost << " not made");
    CHECK(wrong == 0);
    CHECK(made > 20); // the rare paths were really taken
    CHECK(lost > 20);
    CHECK(count(*open.database, "SELECT count(*) FROM (SELECT player FROM (SELECT player_1 AS player FROM matches "
                                "UNION ALL SELECT player_2 FROM matches) AS seats GROUP BY player "
                                "HAVING count(*) > 1) AS twice") == 0);
    CHECK(count(*open.database, "SELECT count(*) FROM matches WHERE player_1 = player_2") == 0);
    CHECK(count(*open.database, "SELECT count(*) FROM player_engagements") == 2 * made);
    CHECK(count(*open.database, "SELECT count(*) FROM queue_tickets") == 0);
}

TEMPLATE_TEST_CASE("T11: of 1,000 writes by owners that were replaced none is taken", "[matches]", SqliteThreaded,
                   PostgresStores)
{
    TestType stores;
    OpenStores& open = *stores.operator->();
    constexpr int matches = 6;
    for (int i = 0; i < matches; ++i) {
        const Match match =
            match_between(fmt::format("m_{}", i), PlayerId{fmt::format("p_a{}", i)}, PlayerId{fmt::format("p_b{}", i)});
        REQUIRE(get(open.matches.make(match, {TicketId{}, TicketId{}}, {}, stores.soon())));
    }
    std::atomic<int> stale{0}, stale_taken{0}, taken{0}, wrong{0};
    on_threads(4, [&](int instance, Loop& loop) {
        for (int lane = 0; lane < 4; ++lane)
            loop.spawn([&, instance, lane]() -> Task<void> {
                std::mt19937 random(static_cast<unsigned>(instance * 4 + lane));
                for (int i = 0; i < 60; ++i) {
                    MatchId match{fmt::format("m_{}", random() % matches)};
                    std::string name = fmt::format("instance-{}", instance);
                    // Every lease has run out, so everybody takes over from everybody.
                    const Result<Match> mine =
                        co_await open.matches.claim(match, std::move(name), noon, noon - 1s, stores.soon());
                    if (!mine) {
                        ++wrong;
                        continue;
                    }
                    co_await stores.clock.sleep_until(stores.clock.after(Millis{random() % 6})); // a pause too long
                    const Result<Match> before = co_await open.matches.get(match, stores.soon());
                    const bool replaced = before && before->epoch > mine->epoch;
                    const Result<std::vector<BattleChunk>> log = co_await open.matches.battle_log(match, stores.soon());
                    std::int64_t from = 0;
                    for (const BattleChunk& chunk : *log) from = chunk.from + chunk.count;
                    BattleChunk chunk;
                    chunk.from = from;
                    chunk.count = 1;
                    chunk.data = fmt::format("[{}]", mine->epoch);
                    OutboxEvent event;
                    event.topic = "harvest.battle";
                    event.event = event_with(fmt::format("e_{}_{}_{}", instance, lane, i), match.value, chunk.data);
                    const Result<void> written = co_await open.matches.append_battle(
                        match, mine->epoch, std::move(chunk), std::move(event), stores.soon());
                    if (written) ++taken;
                    if (replaced) ++stale;
                    if (replaced && written) ++stale_taken;
                }
            });
    });
    INFO(stale << " stale writes, " << taken << " taken");
    CHECK(wrong == 0);
    CHECK(stale > 100);
    CHECK(taken > 50);
    CHECK(stale_taken == 0);
    // The log itself tells: no command of an epoch after one of a later epoch.
    for (int i = 0; i < matches; ++i) {
        std::int64_t epoch = 0, next = 0;
        for (const BattleChunk& chunk : *get(open.matches.battle_log(MatchId{fmt::format("m_{}", i)}, stores.soon()))) {
            const std::int64_t wrote = std::stoll(chunk.data.substr(1));
            REQUIRE(wrote >= epoch);
            REQUIRE(chunk.from == next);
            epoch = wrote;
            next = chunk.from + chunk.count;
        }
    }
}

TEMPLATE_TEST_CASE("T5: readers beside 64 writers see every event once, each key in the order of its commits",
                   "[events]", SqliteThreaded, PostgresStores)
{
    TestType stores;
    OpenStores& open = *stores.operator->();
    constexpr int writers = 64, each = 12;
    std::atomic<int> failed{0};
    std::map<std::string, std::vector<int>> seen;
    std::set<std::string> ids;
    bool repeated = false;
    on_threads(3, [&](int thread, Loop& loop) {
        if (thread == 2) {
            loop.spawn([&]() -> Task<void> {
                const std::unique_ptr<EventReader> reader = open.events.subscribe({"match", {"harvest.user"}});
                for (int total = 0; total < writers * each;) {
                    const Result<std::vector<StoredEvent>> events = co_await reader->next(50, stores.soon());
                    if (!events || events->empty()) break;
                    for (const StoredEvent& stored : *events) {
                        seen[stored.event.subject].push_back(std::stoi(stored.event.data));
                        repeated = repeated || !ids.insert(stored.event.id.value).second;
                        ++total;
                    }
                    const Result<void> kept = co_await reader->commit(stores.soon());
                    if (!kept) ++failed;
                }
            });
            return;
        }
        for (int writer = thread; writer < writers; writer += 2)
            loop.spawn([&, writer]() -> Task<void> {
                std::mt19937 random(static_cast<unsigned>(writer));
                for (int i = 0; i < each; ++i) {
                    co_await stores.clock.sleep_until(stores.clock.after(Millis{random() % 20}));
                    std::vector<Event> events;
                    events.push_back(
                        event_with(fmt::format("e_{}_{}", writer, i), fmt::format("p_{}", writer), std::to_string(i)));
                    const Result<void> done =
                        co_await open.events.append("harvest.user", std::move(events), stores.soon());
                    if (!done) ++failed;
                }
            });
    });
    CHECK(failed == 0);
    CHECK_FALSE(repeated);
    CHECK(ids.size() == writers * each);
    for (const auto& [key, numbers] : seen) CHECK(std::is_sorted(numbers.begin(), numbers.end()));
}

TEMPLATE_TEST_CASE("T2: one transfer id asked for by fifty at once happens once", "[ledger]", SqliteThreaded,
                   PostgresStores)
{
    TestType stores;
    OpenStores& open = *stores.operator->();
    constexpr int keys = 40;
    std::atomic<int> done{0}, conflicts{0}, other{0};
    on_threads(2, [&](int thread, Loop& loop) {
        for (int i = 0; i < 25 * keys; ++i)
            loop.spawn([&, thread, i]() -> Task<void> {
                const int key = i % keys;
                const bool different = i / keys % 10 == 9 && thread == 1;
                std::vector<OutboxEvent> events;
                std::vector<Transfer> transfers(1);
                transfers[0] = {TransferId{fmt::format("t_{}", key)},
                                "coin",
                                "mint",
                                fmt::format("player:p_{}", key),
                                different ? 7 : 5,
                                "test"};
                const Result<void> outcome =
                    co_await open.ledger.transfer(std::move(transfers), noon, std::move(events), stores.soon());
                if (outcome)
                    ++done;
                else if (outcome.error() == Errc::conflict)
                    ++conflicts;
                else
                    ++other;
            });
    });
    CHECK(other == 0);
    CHECK(done + conflicts == 50 * keys);
    CHECK(conflicts > 0);
    CHECK(count(*open.database, "SELECT count(*) FROM transfers") == keys);
    CHECK(count(*open.database, "SELECT count(*) FROM balances WHERE account <> 'mint' AND amount NOT IN (5, 7)") == 0);
}
