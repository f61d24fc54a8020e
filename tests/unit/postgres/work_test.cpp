#include "common/adapters/sql/outbox.hpp"
#include "tests/unit/postgres/support.hpp"

#include <fmt/format.h>

#include <map>
#include <random>
#include <thread>

using namespace harvest;
using namespace harvest::test;

TEST_CASE("A job that fails takes nobody with it and leaves nothing", "[postgres]")
{
    FreshPostgresStores stores;
    postgres::PostgresDatabase database(stores.options(), stores.clock);
    Loop loop;
    std::vector<int> failed;
    for (int i = 0; i < 120; ++i)
        loop.spawn([&, i]() -> Task<void> {
            sql::Job job = [i](sql::Connection& connection) -> Result<void> {
                const auto insert = fmt::format("INSERT INTO counters (name, value) VALUES ('c{}', {})", i, i);
                if (const Result<void> put = run(connection, insert); !put) return put;
                if (i % 6 == 1) return Errc::conflict;
                if (i % 6 == 2) throw std::runtime_error("in a job");
                if (i % 6 == 3) return run(connection, insert); // twice the same key
                if (i % 6 == 4) {
                    (void)run(connection, insert); // and does not look
                    return {};
                }
                return {};
            };
            const Result<void> done = co_await database.write(std::move(job), stores.soon());
            if (!done) failed.push_back(i % 6);
            if (!done && i % 6 == 3) CHECK(done.error() == Errc::already_exists);
        });
    loop.run();
    CHECK(failed.size() == 80);
    CHECK(number(database, "SELECT count(*) FROM counters") == 40);
    CHECK(database.figures().commits < 30); // they went in groups
}

TEST_CASE("I10: a read that takes too long is cut off", "[postgres]")
{
    FreshPostgresStores stores;
    const Millis start = stores.clock.monotonic();
    const Result<void> slow = get(stores->database->read(statement("SELECT pg_sleep(20)"), stores.clock.after(200ms)));
    CHECK(slow.error() == Errc::timed_out);
    CHECK(stores.clock.monotonic() - start < 3s);
    CHECK(get(stores->database->read(statement("SELECT 1"), stores.soon())));
}

TEST_CASE("A read sees every write acknowledged before it, in one snapshot, and writes nothing", "[postgres]")
{
    FreshPostgresStores stores;
    for (int i = 0; i < 30; ++i) {
        REQUIRE(get(stores->database->write(put_counter(fmt::format("c{}", i)), stores.soon())));
        std::int64_t first = 0, second = 0;
        sql::Job count = [&](sql::Connection& connection) -> Result<void> {
            for (std::int64_t* seen : {&first, &second}) {
                const Result<sql::Rows> rows = connection.execute("SELECT count(*) FROM counters");
                if (!rows) return rows.error();
                *seen = rows->front().integer(0);
                if (seen == &first) // another commits between two looks of one transaction
                    (void)get(stores->database->write(
                        statement("INSERT INTO counters VALUES ('x', 1) ON CONFLICT (name) DO NOTHING"),
                        stores.soon()));
            }
            return {};
        };
        REQUIRE(get(stores->database->read(count, stores.soon())));
        REQUIRE(first >= i + 1);
        REQUIRE(second == first);
    }
    CHECK_FALSE(get(stores->database->read(statement("DELETE FROM counters"), stores.soon())));
    CHECK(number(*stores->database, "SELECT count(*) FROM counters") == 31);
}

TEST_CASE("Texts compare by their bytes, whatever the database's collation", "[postgres]")
{
    FreshPostgresStores stores;
    for (const std::string name : {"a", "B", "_", "Z", "z"})
        REQUIRE(get(stores->database->write(put_counter(name), stores.soon())));
    std::string order;
    const auto look = [&order](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows = connection.execute("SELECT name FROM counters ORDER BY name");
        if (!rows) return rows.error();
        for (const sql::Row& row : *rows) order += row.text(0);
        return {};
    };
    REQUIRE(stores->database->read_now(look));
    CHECK(order == "BZ_az");
}

TEST_CASE("T5: of events that 64 writers in four processes append with delays a reader skips none", "[postgres]")
{
    FreshPostgresStores stores; // the reader's: it appends nothing, so it hears by notifications alone
    constexpr int processes = 4, lanes = 16, each = 6;
    std::vector<std::thread> threads;
    std::atomic<int> failed{0};
    for (int process = 0; process < processes; ++process)
        threads.emplace_back([&, process] {
            postgres::PostgresDatabase database(stores.options(), stores.clock);
            Loop loop;
            for (int lane = 0; lane < lanes; ++lane)
                loop.spawn([&, process, lane]() -> Task<void> {
                    std::mt19937 random(static_cast<unsigned>(process * lanes + lane));
                    for (int i = 0; i < each; ++i) {
                        Event event;
                        event.id.value = fmt::format("e_{}_{}_{}", process, lane, i);
                        event.type = "harvest.test.v1";
                        event.subject = fmt::format("p_{}_{}", process, lane);
                        event.data = std::to_string(i);
                        sql::Job job = [event, delay = Millis{random() % 4}](sql::Connection& connection) {
                            const Result<void> done = sql::append_event(connection, "harvest.game", event);
                            std::this_thread::sleep_for(delay);
                            return done;
                        };
                        const Result<void> done = co_await database.write(std::move(job), stores.soon());
                        if (!done) ++failed;
                    }
                });
            loop.run();
        });
    const auto reader = stores->events.subscribe({"match", {"harvest.game"}});
    std::map<std::int32_t, std::int64_t> next;
    std::map<std::string, int> last;
    int total = 0, skipped = 0, disordered = 0;
    while (total < processes * lanes * each) {
        const auto events = get(reader->next(50, stores.soon()));
        if (!events || events->empty()) break;
        for (const StoredEvent& stored : *events) {
            if (stored.offset != next[stored.partition]++) ++skipped;
            const int number_of_writer = std::stoi(stored.event.data);
            if (last[stored.event.subject]++ != number_of_writer) ++disordered;
            ++total;
        }
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(failed == 0);
    CHECK(total == processes * lanes * each);
    CHECK(skipped == 0);
    CHECK(disordered == 0);
}

TEST_CASE("A reader in another process hears at once, and within the poll's interval without notifications",
          "[postgres]")
{
    FreshPostgresStores stores;
    postgres::PostgresDatabase other(stores.options(), stores.clock);
    const auto reader = stores->events.subscribe({"match", {"harvest.game"}});
    CHECK(get(reader->next(1, stores.clock.after(300ms)))->empty());
    const auto append = [&](const std::string& id) {
        Event event;
        event.id.value = id;
        event.type = "harvest.test.v1";
        REQUIRE(get(other.write([event](sql::Connection& c) { return sql::append_event(c, "harvest.game", event); },
                                stores.soon())));
    };
    append("e_1");
    Millis start = stores.clock.monotonic();
    REQUIRE(get(reader->next(1, stores.soon()))->size() == 1);
    CHECK(stores.clock.monotonic() - start < 500ms);
    // All sessions but the asking one are ended, the listening one among them, and one event is appended meanwhile.
    REQUIRE(
        get(other.write(statement("SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a WHERE a.query LIKE "
                                  "'%next_offset FROM topics%' AND a.pid <> pg_backend_pid()"),
                        stores.soon())));
    append("e_2");
    start = stores.clock.monotonic();
    REQUIRE(get(reader->next(1, stores.soon()))->size() == 1);
    CHECK(stores.clock.monotonic() - start < 5s);
}
