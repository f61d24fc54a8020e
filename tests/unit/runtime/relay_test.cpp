// What a relay tells of how long events wait for it.
#include "common/adapters/memory/manual_clock.hpp"
#include "common/ports/outbox.hpp"
#include "common/runtime/relay.hpp"
#include "common/runtime/task_group.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace harvest;

namespace {

class HandOutbox final : public Outbox {
public:
    AsyncResult<std::vector<StoredEvent>> pending(std::size_t, Deadline) override
    {
        if (away) co_return Errc::unavailable;
        std::vector<StoredEvent> out = waiting;
        co_return out;
    }
    AsyncResult<void> carried(Lease, std::vector<StoredEvent>, Deadline) override
    {
        waiting.clear();
        co_return Result<void>{};
    }
    bool away = false;
    std::vector<StoredEvent> waiting;
};

class HandLog final : public EventLog {
public:
    AsyncResult<void> append(std::string, std::vector<Event>, Deadline) override
    {
        if (away) co_return Errc::unavailable;
        co_return Result<void>{};
    }
    std::unique_ptr<EventReader> subscribe(Subscription) override { return nullptr; }
    AsyncResult<std::vector<StoredEvent>> read(std::string, std::string, std::int64_t, std::size_t, Deadline) override
    {
        co_return Errc::unavailable;
    }
    AsyncResult<std::vector<TopicInfo>> topics(Deadline) override { co_return Errc::unavailable; }
    AsyncResult<std::vector<GroupLag>> lags(Deadline) override { co_return Errc::unavailable; }
    bool away = false;
};

class HandLeases final : public Leases {
public:
    AsyncResult<Lease> acquire(std::string name, std::string holder, Millis, Deadline) override
    {
        if (taken) co_return Errc::conflict;
        Lease lease;
        lease.name = std::move(name);
        lease.holder = std::move(holder);
        co_return lease;
    }
    AsyncResult<Lease> renew(Lease lease, Millis, Deadline) override
    {
        if (taken) co_return Errc::conflict;
        co_return lease;
    }
    AsyncResult<void> release(Lease, Deadline) override { co_return Result<void>{}; }
    bool taken = false;
};

struct Bed {
    Bed()
    {
        RelayConfig config;
        config.on_age = [this](Millis told) { age = told; };
        relay = std::make_unique<Relay>(std::move(config), io.get_executor(), outbox, log, leases, clock);
        tasks.spawn([this] { return relay->run(); });
        pass(1s);
    }
    ~Bed()
    {
        relay->stop();
        pass(1s);
    }
    void pass(Millis length)
    {
        for (Millis gone{}; gone < length; gone += 50ms) {
            clock.advance(50ms);
            io.restart();
            io.poll();
        }
    }
    void commit(Millis ago)
    {
        StoredEvent stored;
        stored.topic = "harvest.game";
        stored.event.time = clock.now() - ago;
        outbox.waiting.push_back(std::move(stored));
    }

    asio::io_context io{1};
    memory::ManualClock clock;
    HandOutbox outbox;
    HandLog log;
    HandLeases leases;
    std::optional<Millis> age;
    TaskGroup tasks{io.get_executor()};
    std::unique_ptr<Relay> relay;
};

} // namespace

TEST_CASE("A relay tells how old the oldest event is that it could not carry", "[runtime][relay]")
{
    Bed bed;
    CHECK(bed.age == Millis{0});
    bed.log.away = true;
    bed.commit(3s);
    bed.commit(40s);
    bed.commit(1s);
    bed.pass(1s);
    REQUIRE(bed.age);
    CHECK(*bed.age > 40s);
    CHECK(*bed.age < 42s);
    bed.pass(10s);
    CHECK(*bed.age > 50s);
    bed.outbox.away = true; // the store too: what was seen is still not carried
    bed.pass(10s);
    CHECK(*bed.age > 60s);
    bed.outbox.away = bed.log.away = false;
    bed.pass(1s);
    CHECK(bed.age == Millis{0});
}

TEST_CASE("A relay that has lost its lease says nothing of what waits", "[runtime][relay]")
{
    Bed bed;
    bed.log.away = true;
    bed.commit(40s);
    bed.pass(1s);
    CHECK(*bed.age > 40s);
    bed.leases.taken = true;
    bed.pass(20s);
    CHECK(bed.age == Millis{0});
}
