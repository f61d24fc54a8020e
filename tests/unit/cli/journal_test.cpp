// What a process tells of itself on harvest.system: samples, failures, instances that come and go.
#include "cli/api/journal.hpp"
#include "common/protocol/event_schemas.hpp"
#include "common/protocol/events.hpp"
#include "tests/support/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;
using cli::api::InstanceChange;
using cli::api::Journal;

namespace {

// Takes nothing while it is deaf.
class DeafLog final : public EventLog {
public:
    explicit DeafLog(EventLog& inner) : inner_(inner) {}
    AsyncResult<void> append(std::string topic, std::vector<Event> events, Deadline by) override
    {
        if (deaf) co_return Errc::unavailable;
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

    bool deaf = false;

private:
    EventLog& inner_;
};

SlotStatus slot_of(const std::string& daemon)
{
    SlotStatus slot;
    slot.id = daemon + "-0";
    slot.daemon = daemon;
    slot.state = SlotState::ready;
    slot.uptime = 5s;
    slot.loop_age = 12ms;
    return slot;
}

struct JournalDesk {
    explicit JournalDesk(Millis sample_every = 1min)
        : journal({"admin-0", sample_every, 10s}, {[this] { return slots; }, [] { return std::int64_t{4096}; }}, log,
                  backend.clock, backend.entropy, backend.metrics)
    {
    }
    void step()
    {
        run([this]() -> Task<void> { (void)co_await journal.step(5s); });
    }
    void run(const std::function<Task<void>()>& script)
    {
        backend.io.restart();
        asio::co_spawn(backend.io, script, [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
        });
        backend.io.run();
    }
    // Each fits its schema.
    std::vector<Event> events(std::string_view type)
    {
        std::vector<StoredEvent> all;
        run([&]() -> Task<void> {
            const auto read = co_await backend.events->read("harvest.system", "", 0, 10'000, backend.soon());
            if (read) all = *read;
        });
        std::vector<Event> out;
        for (const StoredEvent& each : all) {
            std::string why;
            (void)protocol::check_event("harvest.system", each.event.type, each.event.data, why);
            CHECK(why == "");
            if (each.event.type == type) out.push_back(each.event);
        }
        return out;
    }
    template <class Data>
    std::vector<Data> told(std::string_view type)
    {
        std::vector<Data> out;
        for (const Event& each : events(type)) out.push_back(protocol::decode<Data>(each.data).value());
        return out;
    }
    std::vector<protocol::DaemonFailed> failures()
    {
        return told<protocol::DaemonFailed>(protocol::event_type::daemon_failed);
    }

    test::World backend;
    DeafLog log{*backend.events};
    std::vector<SlotStatus> slots;
    Journal journal;
};

} // namespace

TEST_CASE("slots are sampled once an interval, with their load and the memory of the process", "[journal]")
{
    JournalDesk desk;
    SlotStatus busy = slot_of("instance"), gone = slot_of("chat");
    for (int i = 0; i < 40; ++i) busy.load["figure" + std::to_string(i)] = i;
    gone.state = SlotState::stopped;
    desk.slots = {slot_of("auth"), busy, gone};
    const auto samples = [&] { return desk.told<protocol::DaemonSampled>(protocol::event_type::daemon_sampled); };
    desk.step();
    CHECK(samples().empty());
    desk.backend.clock.advance(1min);
    desk.step();
    desk.step();
    const auto first = samples();
    REQUIRE(first.size() == 2);
    CHECK(first[0].daemon == "auth");
    CHECK(first[0].slot == "auth-0");
    CHECK(first[0].state == "ready");
    CHECK(first[0].uptime_ms == 5'000);
    CHECK(first[0].loop_age_ms == 12);
    CHECK(first[0].resident_bytes == 4096);
    CHECK(first[0].load.empty());
    CHECK(first[1].load.size() == Journal::figures_at_most);
    CHECK(desk.events(protocol::event_type::daemon_sampled)[0].subject == "auth-0");
    desk.backend.clock.advance(59s);
    desk.step();
    CHECK(samples().size() == 2);
    desk.backend.clock.advance(1s);
    desk.step();
    CHECK(samples().size() == 4);

    JournalDesk silent(0ms);
    silent.slots = {slot_of("auth")};
    silent.backend.clock.advance(1h);
    silent.step();
    CHECK(silent.events(protocol::event_type::daemon_sampled).empty());
}

TEST_CASE("a slot that failed is told once, one that stalls each time that it does", "[journal]")
{
    JournalDesk desk;
    desk.slots = {slot_of("auth"), slot_of("match")};
    desk.step();
    CHECK(desk.failures().empty());
    desk.slots[0].state = SlotState::failed;
    desk.slots[0].last_error = "the store is away" + std::string(300, '!');
    desk.slots[1].loop_age = 11s;
    desk.step();
    desk.step();
    const auto told = desk.failures();
    REQUIRE(told.size() == 2);
    CHECK(told[0].slot == "auth-0");
    CHECK(told[0].reason == "failed");
    CHECK(told[0].error.starts_with("the store is away!"));
    CHECK(told[0].error.size() == 200);
    CHECK_FALSE(told[0].untold);
    CHECK(told[1].slot == "match-0");
    CHECK(told[1].reason == "stalled");
    desk.slots[1].loop_age = 0ms;
    desk.step();
    desk.slots[1].loop_age = 11s;
    desk.step();
    CHECK(desk.failures().size() == 3);
}

TEST_CASE("failures are ten a minute, and the next one says how many were not told", "[journal]")
{
    JournalDesk desk;
    for (int i = 0; i < 25; ++i) desk.journal.scaled({"instance-1", false, "failed", "exit 1", 0});
    desk.step();
    CHECK(desk.failures().size() == static_cast<std::size_t>(Journal::failures_at_most));
    CHECK(desk.failures()[0].reason == "restarted");
    CHECK(desk.failures()[0].error == "exit 1");
    desk.backend.clock.advance(1min);
    desk.journal.scaled({"instance-1", false, "failed", "exit 1", 0});
    desk.step();
    REQUIRE(desk.failures().size() == 11);
    CHECK(desk.failures()[10].untold == 15);
}

TEST_CASE("instances that come and go are told, also what the log did not take at once", "[journal]")
{
    JournalDesk desk;
    desk.log.deaf = true;
    desk.journal.scaled({"instance-2", true, "demand", "", 2});
    desk.step();
    desk.journal.scaled({"instance-2", false, "idle", "", 1});
    desk.step();
    CHECK(desk.events(protocol::event_type::instance_scaled).empty());
    desk.log.deaf = false;
    desk.step();
    const auto told = desk.told<protocol::InstanceScaled>(protocol::event_type::instance_scaled);
    REQUIRE(told.size() == 2);
    CHECK(told[0].instance == "instance-2");
    CHECK(told[0].change == "started");
    CHECK(told[0].reason == "demand");
    CHECK(told[0].instances == 2);
    CHECK(told[1].change == "ended");
    CHECK(told[1].reason == "idle");
    CHECK(desk.failures().empty());

    desk.log.deaf = true;
    for (std::size_t i = 0; i < Journal::capacity + 7; ++i) {
        desk.journal.scaled({"instance-2", true, "demand", "", i});
        if (i % 100 == 0) desk.step();
    }
    desk.log.deaf = false;
    desk.step();
    const auto all = desk.told<protocol::InstanceScaled>(protocol::event_type::instance_scaled);
    REQUIRE(all.size() == 2 + Journal::capacity);
    CHECK(all.back().instances == Journal::capacity + 6); // the oldest went
    CHECK(desk.backend.metrics.exposition().find("harvest_runtime_system_events_dropped_total 7\n") !=
          std::string::npos);
}
