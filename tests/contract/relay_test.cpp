#include "common/adapters/sql/leases.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/outbox_cursor.hpp"
#include "common/ports/outbox.hpp"
#include "common/runtime/relay.hpp"
#include "common/runtime/task_group.hpp"
#include "tests/contract/event_logs.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <map>
#include <random>

using namespace harvest;
using namespace harvest::test;

namespace {

// An outbox that now and then forgets that it was carried: as a relay that dies between delivery and its cursor.
class ForgetfulOutbox final : public Outbox {
public:
    explicit ForgetfulOutbox(Outbox& inner) : inner_(inner) {}
    AsyncResult<std::vector<StoredEvent>> pending(std::size_t max, Deadline by) override
    {
        const int asked = asked_; // an answer of before the last commit says nothing about it
        Result<std::vector<StoredEvent>> events = co_await inner_.pending(max, by);
        empty_ = asked == asked_ && events && events->empty();
        co_return events;
    }
    AsyncResult<void> carried(Lease lease, std::vector<StoredEvent> events, Deadline by) override
    {
        if (++calls_ % 3 == 0) co_return Errc::unavailable;
        co_return co_await inner_.carried(std::move(lease), std::move(events), by);
    }

    bool empty() const { return empty_; }
    void look_again() { ++asked_, empty_ = false; }

private:
    Outbox& inner_;
    int calls_ = 0, asked_ = 0;
    bool empty_ = false;
};

// One writer: transactions of one or two events of its key after random pauses; every fifth rolls back.
Task<void> write_events(SqliteThreaded& stores, int writer, int count, int& committed)
{
    std::mt19937 random(static_cast<unsigned>(writer));
    const std::string key = fmt::format("p_{}", writer);
    for (int i = 0; i < count;) {
        (void)co_await stores.clock.sleep_until(stores.clock.after(Millis{random() % 50}));
        std::vector<OutboxEvent> events;
        for (std::uint32_t n = 0; n <= random() % 2; ++n)
            events.push_back(event_of(stores, game_topic, key, std::to_string(i + static_cast<int>(n))));
        const bool fails = random() % 5 == 0;
        const auto made = static_cast<int>(events.size());
        sql::Job job = [events = std::move(events), fails](sql::Connection& connection) -> Result<void> {
            const Result<void> appended = sql::append_events(connection, events);
            if (!appended || !fails) return appended;
            return Errc::conflict;
        };
        const Result<void> done = co_await stores->database->write(std::move(job), stores.soon());
        CHECK(done.has_value() != fails);
        if (done) i += made, committed += made;
    }
}

// Runs a relay until `enough` says so; it is cancelled where it stands, or stopped.
Task<void> run_relay(Relay& relay, Executor executor, Clock& clock, std::function<bool()> enough, bool cancel)
{
    TaskGroup group(executor);
    group.spawn([&relay] { return relay.run(); });
    while (!enough()) (void)co_await clock.sleep_until(clock.after(5ms));
    if (cancel)
        group.cancel();
    else
        relay.stop();
    co_await group.join();
}

// Every event that a group is given, by key in order of delivery, until `count` came and then a while of silence.
std::map<std::string, std::vector<std::string>> read_all(KafkaLogs& logs, std::size_t count)
{
    std::map<std::string, std::vector<std::string>> got;
    const auto reader = logs->events.subscribe({"match", {game_topic}});
    std::size_t total = 0;
    for (;;) {
        const auto page = get(reader->next(500, total < count ? logs.soon() : logs.clock.after(1s)));
        REQUIRE(page);
        if (page->empty()) return got;
        total += page->size();
        for (const StoredEvent& stored : *page) got[stored.event.subject].push_back(stored.event.data);
    }
}

std::int64_t records(KafkaLogs& logs)
{
    std::int64_t count = 0;
    for (const TopicInfo& info : *get(logs->events.topics(logs.soon())))
        if (info.topic == game_topic) count += info.end_offset;
    return count;
}

} // namespace

TEST_CASE("T5: 64 writers, a relay that is cut off again and again: none skipped, none twice, in order", "[relay]")
{
    constexpr int writers = 64, each = 30;
    SqliteThreaded stores;
    KafkaLogs logs;
    sql::SqlOutbox outbox(*stores->database);
    ForgetfulOutbox forgetful(outbox);
    sql::SqlLeases leases(*stores->database, stores.clock);
    Loop loop;
    int committed = 0, running = writers;
    for (int writer = 0; writer < writers; ++writer)
        loop.spawn([&, writer]() -> Task<void> {
            co_await write_events(stores, writer, each, committed);
            if (--running == 0) forgetful.look_again();
        });
    loop.spawn([&]() -> Task<void> {
        RelayConfig config;
        config.events_at_once = 100;
        config.retry_pause = 5ms;
        for (int life = 0; life < 6; ++life) {
            Relay relay(config, loop.executor(), forgetful, logs->events, leases, stores.clock);
            const Deadline until = stores.clock.after(150ms);
            co_await run_relay(
                relay, loop.executor(), stores.clock, [&] { return stores.clock.monotonic() > until.at; }, true);
        }
        Relay relay(config, loop.executor(), forgetful, logs->events, leases, stores.clock);
        co_await run_relay(
            relay, loop.executor(), stores.clock, [&] { return running == 0 && forgetful.empty(); }, false);
    });
    loop.run();
    REQUIRE(committed >= writers * each);
    CHECK(get(outbox.pending(1, stores.soon()))->empty());
    CHECK(records(logs) > committed); // it did happen that some came twice

    const auto got = read_all(logs, static_cast<std::size_t>(committed));
    std::size_t total = 0;
    for (const auto& [key, data] : got) {
        total += data.size();
        for (std::size_t i = 0; i < data.size(); ++i) {
            INFO(key);
            REQUIRE(data[i] == std::to_string(i));
        }
    }
    CHECK(total == static_cast<std::size_t>(committed));
}

TEST_CASE("Of two relays one works, and what a paused one had begun it cannot keep", "[relay]")
{
    SqliteThreaded stores;
    KafkaLogs logs;
    sql::SqlOutbox outbox(*stores->database);
    sql::SqlLeases leases(*stores->database, stores.clock);
    const std::vector<OutboxEvent> events{event_of(stores, game_topic, "p_1", "0")};
    REQUIRE(get(stores->database->write(
        [events](sql::Connection& connection) { return sql::append_events(connection, events); }, stores.soon())));
    const Result<Lease> paused = get(leases.acquire("relay", "paused", 200ms, stores.soon()));
    REQUIRE(paused);
    const auto pending = get(outbox.pending(10, stores.soon()));
    REQUIRE(pending->size() == 1);

    Loop loop;
    RelayConfig config;
    config.holder = "other";
    config.retry_pause = 20ms;
    Relay relay(config, loop.executor(), outbox, logs->events, leases, stores.clock);
    const Millis began = stores.clock.monotonic();
    loop.spawn([&]() -> Task<void> {
        co_await run_relay(relay, loop.executor(), stores.clock, [&] { return relay.load()["carried"] == 1; }, false);
    });
    loop.run();
    CHECK(stores.clock.monotonic() - began >= 150ms);
    CHECK(get(outbox.carried(*paused, *pending, stores.soon())).error() == Errc::conflict);
    CHECK(records(logs) == 1);
    CHECK(get(leases.acquire("relay", "third", 1s, stores.soon()))); // a stopped relay lets go at once
}

TEMPLATE_TEST_CASE("What an event log has been given leaves the outbox in its time, and nothing before", "[relay]",
                   HARVEST_STORES)
{
    TestType stores;
    sql::SqlOutbox outbox(*stores->database);
    sql::SqlLeases leases(*stores->database, stores.clock);
    const Millis made = noon;
    sql::Job write = [&stores](sql::Connection& connection) -> Result<void> {
        std::vector<OutboxEvent> events;
        for (int i = 0; i < 9; ++i) events.push_back(event_of(stores, game_topic, "p_1", std::to_string(i)));
        return sql::append_events(connection, events);
    };
    REQUIRE(get(stores->database->write(std::move(write), stores.soon())));
    const auto forgotten = [&](Millis before, std::size_t max = 100) {
        return get(outbox.forget_carried(before, max, stores.soon())).value();
    };
    CHECK(forgotten(made + 1h) == 0); // nothing is carried
    std::vector<StoredEvent> events = get(outbox.pending(6, stores.soon())).value();
    REQUIRE(events.size() == 6);
    const auto lease = get(leases.acquire("relay", "relay-0", 10s, stores.soon()));
    REQUIRE(lease);
    REQUIRE(get(outbox.carried(*lease, events, stores.soon())));
    CHECK(forgotten(made - 1h) == 0); // too young
    CHECK(forgotten(made + 1h, 4) == 4);
    CHECK(forgotten(made + 1h) == 2);
    CHECK(forgotten(made + 1h) == 0);
    const std::vector<StoredEvent> left = get(outbox.pending(100, stores.soon())).value();
    REQUIRE(left.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(left[i].event.data == std::to_string(6 + i));
}
