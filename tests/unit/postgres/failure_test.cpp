#include "tests/unit/postgres/proxy.hpp"
#include "tests/unit/postgres/support.hpp"

#include <fmt/format.h>

#include <future>
#include <map>
#include <set>
#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

constexpr auto topic = "harvest.game";

// What each event heard, by its id.
using Outcomes = std::map<std::string, std::string>;

Event event_with(const std::string& id, const std::string& key)
{
    Event event;
    event.id.value = id;
    event.type = "harvest.test.v1";
    event.subject = key;
    event.data = id;
    return event;
}

Outcomes append_many(OpenStores& open, const Clock& clock, int lanes, int each, const std::string& tag)
{
    Outcomes outcomes;
    Loop loop;
    for (int lane = 0; lane < lanes; ++lane)
        loop.spawn([&, lane]() -> Task<void> {
            for (int i = 0; i < each; ++i) {
                const std::string id = fmt::format("e_{}_{}_{}", tag, lane, i);
                std::vector<Event> events(1, event_with(id, fmt::format("p_{}", lane)));
                const Result<void> done = co_await open.events.append(topic, std::move(events), clock.after(20s));
                outcomes[id] = done ? "ok" : std::string(wire_code(done.error()));
            }
        });
    loop.run();
    return outcomes;
}

int count_of(const Outcomes& outcomes, const std::string& what)
{
    int count = 0;
    for (const auto& [id, outcome] : outcomes) count += outcome == what ? 1 : 0;
    return count;
}

// Acknowledged events are there once, refused ones are not, offsets have no gap.
void check_stored(FreshPostgresStores& stores, const Outcomes& outcomes)
{
    std::map<std::int32_t, std::int64_t> next;
    std::set<std::string> there;
    for (const StoredEvent& stored : *get(stores->events.read(topic, "", 0, 100'000, stores.soon()))) {
        CHECK(stored.offset == next[stored.partition]++);
        CHECK(there.insert(stored.event.id.value).second);
    }
    for (const TopicInfo& info : *get(stores->events.topics(stores.soon())))
        CHECK(info.end_offset == next[info.partition]);
    for (const auto& [id, outcome] : outcomes) {
        INFO(id << " heard " << outcome);
        if (outcome == "ok") CHECK(there.contains(id));
        if (outcome == "conflict" || outcome == "unavailable" || outcome == "timed_out")
            CHECK_FALSE(there.contains(id));
    }
}

std::string heard(sql::Database& database, const sql::Job& job, const Clock& clock, Millis within = 10s)
{
    const Result<void> done = get(database.write(job, clock.after(within)));
    return done ? "ok" : std::string(wire_code(done.error()));
}

} // namespace

TEST_CASE("Of transactions that the server aborts in three of ten cases none is lost in silence", "[postgres]")
{
    FreshPostgresStores stores;
    const bool at_commit = GENERATE(false, true);
    const std::string state = GENERATE("40001", "40P01");
    add_trigger(*stores->database, "events",
                fmt::format("IF random() < 0.3 THEN RAISE EXCEPTION 'injected' USING ERRCODE = '{}'; END IF;", state),
                at_commit);
    // At a commit one bad event fails its whole group, so there they come nearly one by one.
    const Outcomes outcomes =
        append_many(*stores.operator->(), stores.clock, at_commit ? 2 : 8, at_commit ? 40 : 20, "a");
    const int ok = count_of(outcomes, "ok"), conflict = count_of(outcomes, "conflict");
    CHECK(ok + conflict == static_cast<int>(outcomes.size()));
    CHECK(ok > static_cast<int>(outcomes.size()) * 8 / 10); // without a second run it would be seven of ten
    check_stored(stores, outcomes);
}

TEST_CASE("A serialization failure that stays ends as a conflict", "[postgres]")
{
    FreshPostgresStores stores;
    add_trigger(*stores->database, "events", "RAISE EXCEPTION 'injected' USING ERRCODE = '40001';",
                GENERATE(false, true));
    const Outcomes outcomes = append_many(*stores.operator->(), stores.clock, 2, 2, "a");
    CHECK(count_of(outcomes, "conflict") == 4);
    check_stored(stores, outcomes);
}

TEST_CASE("A session that is ended at its commit leaves its writes in doubt, and the next one goes through",
          "[postgres]")
{
    FreshPostgresStores stores;
    add_trigger(
        *stores->database, "counters",
        "IF NEW.name LIKE 'die%' THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); END IF;",
        true);
    CHECK(heard(*stores->database, put_counter("die"), stores.clock) == "in_doubt");
    CHECK(heard(*stores->database, put_counter("next"), stores.clock) == "ok");
    CHECK(number(*stores->database, "SELECT count(*) FROM counters") == 1);
}

TEST_CASE("A commit whose answer is lost is in doubt, though it was done", "[postgres]")
{
    const PostgresSchema schema;
    postgres::Options options = schema.options();
    Proxy proxy(options.dsn);
    options.dsn = proxy.dsn();
    const system::SystemClock clock;
    postgres::PostgresDatabase database(options, clock);
    REQUIRE(heard(database, put_counter("before"), clock) == "ok");
    proxy.set(Proxy::Mode::cut_at_commit);
    CHECK(heard(database, put_counter("doubt"), clock) == "in_doubt");
    CHECK(proxy.cuts() == 1);
    CHECK(number(database, "SELECT count(*) FROM counters WHERE name = 'doubt'") == 1);
    CHECK(heard(database, put_counter("doubt"), clock) == "already_exists"); // reading it back tells
}

TEST_CASE("A session that is ended in the middle of a transaction is replaced, and the work done anew", "[postgres]")
{
    FreshPostgresStores stores;
    int runs = 0;
    sql::Job job = [&runs](sql::Connection& connection) -> Result<void> {
        const Result<void> put = run(connection, "INSERT INTO counters (name, value) VALUES ('once', 1)");
        if (!put) return put;
        if (++runs == 1) return run(connection, "SELECT pg_terminate_backend(pg_backend_pid())");
        return {};
    };
    CHECK(heard(*stores->database, job, stores.clock) == "ok");
    CHECK(runs == 2);
    runs = -100; // and if it dies each time
    sql::Job mortal = [&runs](sql::Connection& connection) -> Result<void> {
        ++runs;
        return run(connection, "SELECT pg_terminate_backend(pg_backend_pid())");
    };
    CHECK(heard(*stores->database, mortal, stores.clock) == "unavailable");
    CHECK(runs < -90);
    CHECK(number(*stores->database, "SELECT count(*) FROM counters") == 1);
}

TEST_CASE("T33: while sessions are ended at random, what was acknowledged stays and what was refused does not",
          "[postgres]")
{
    FreshPostgresStores stores;
    const PostgresSchema other;
    postgres::PostgresDatabase killer(other.options(), stores.clock);
    std::atomic<bool> stop{false};
    std::atomic<int> kills{0};
    const std::string mine = std::to_string(number(*stores->database, "SELECT hashtext(current_schema()::text)"));
    std::thread thread([&] {
        while (!stop) {
            const auto end = [&](sql::Connection& connection) -> Result<void> {
                // The writer's sessions are those that have held the lock of this schema.
                const Result<sql::Rows> gone = connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> "
                    "pg_backend_pid() AND objid = CAST(CAST(" +
                    mine + " AS bit(32)) AS bigint)");
                if (!gone) return gone.error();
                kills += static_cast<int>(gone->size());
                return {};
            };
            (void)killer.read_now(end);
            std::this_thread::sleep_for(15ms);
        }
    });
    const Outcomes outcomes = append_many(*stores.operator->(), stores.clock, 8, 60, "a");
    stop = true;
    thread.join();
    INFO(kills << " kills, " << count_of(outcomes, "ok") << " ok, " << count_of(outcomes, "in_doubt") << " in doubt, "
               << count_of(outcomes, "unavailable") << " unavailable");
    CHECK(kills > 3);
    CHECK(count_of(outcomes, "ok") + count_of(outcomes, "in_doubt") + count_of(outcomes, "unavailable") ==
          static_cast<int>(outcomes.size()));
    CHECK(heard(*stores->database, put_counter("after"), stores.clock) == "ok");
    check_stored(stores, outcomes);
}

TEST_CASE("T33: a server that is away is told at once, and used again when it is back", "[postgres]")
{
    const PostgresSchema schema;
    postgres::Options options = schema.options();
    Proxy proxy(options.dsn);
    options.dsn = proxy.dsn();
    const system::SystemClock clock;
    postgres::PostgresDatabase database(options, clock);
    proxy.set(Proxy::Mode::refuse);
    const Millis start = clock.monotonic();
    for (int i = 0; i < 20; ++i) {
        CHECK(heard(database, put_counter(fmt::format("away{}", i)), clock) == "unavailable");
        CHECK(get(database.read(statement("SELECT 1"), clock.after(10s))).error() == Errc::unavailable);
    }
    CHECK(clock.monotonic() - start < 5s);
    proxy.set(Proxy::Mode::pass);
    const Millis back = clock.monotonic();
    while (heard(database, put_counter("back"), clock) != "ok" && clock.monotonic() - back < 10s)
        std::this_thread::sleep_for(20ms);
    while (!get(database.read(statement("SELECT 1"), clock.after(10s))) && clock.monotonic() - back < 10s)
        std::this_thread::sleep_for(20ms);
    CHECK(clock.monotonic() - back < 8s);
    CHECK(number(database, "SELECT count(*) FROM counters") == 1);
}

TEST_CASE("T33: nobody waits past his deadline on a network that swallows everything", "[postgres]")
{
    const PostgresSchema schema;
    postgres::Options options = schema.options();
    options.statement_timeout = 1s;
    Proxy proxy(options.dsn);
    options.dsn = proxy.dsn();
    const system::SystemClock clock;
    {
        postgres::PostgresDatabase database(options, clock);
        REQUIRE(heard(database, put_counter("a"), clock) == "ok");
        REQUIRE(get(database.read(statement("SELECT 1"), clock.after(10s))));
        proxy.set(Proxy::Mode::stall);
        Millis start = clock.monotonic();
        CHECK(heard(database, put_counter("b"), clock, 500ms) == "in_doubt");
        CHECK(get(database.read(statement("SELECT 1"), clock.after(500ms))).error() == Errc::timed_out);
        CHECK(clock.monotonic() - start < 3s);
        start = clock.monotonic();
        CHECK(heard(database, put_counter("c"), clock, 20s) == "unavailable"); // the driver gives up by itself
        CHECK(clock.monotonic() - start < 10s);
        proxy.set(Proxy::Mode::pass);
        start = clock.monotonic();
        while (heard(database, put_counter("d"), clock) != "ok" && clock.monotonic() - start < 10s)
            std::this_thread::sleep_for(20ms);
        CHECK(number(database, "SELECT count(*) FROM counters WHERE name = 'd'") == 1);
    }
}

TEST_CASE("a COPY that nobody asked for ends the connection, and the next one serves", "[postgres]")
{
    FreshPostgresStores stores;
    const Result<void> copied = get(stores->database->write(statement("COPY counters FROM STDIN"), stores.soon()));
    CHECK_FALSE(copied.has_value());
    CHECK(get(stores->database->write(put_counter("after"), stores.soon())));
}
