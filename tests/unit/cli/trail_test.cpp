// What is noted comes into the audit log, and from there to harvest.system.
#include "cli/api/trail.hpp"
#include "common/protocol/event_schemas.hpp"
#include "common/protocol/events.hpp"
#include "tests/support/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <catch2/catch.hpp>

#include <filesystem>
#include <set>

using namespace harvest;
using namespace harvest::test;
using cli::api::Trail;

namespace {

// An event log that takes nothing while it is away.
class AwayLog final : public EventLog {
public:
    explicit AwayLog(EventLog& inner) : inner_(inner) {}
    AsyncResult<void> append(std::string topic, std::vector<Event> events, Deadline by) override
    {
        if (away) co_return Errc::unavailable;
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

    bool away = false;

private:
    EventLog& inner_;
};

struct Watch {
    Watch() { begin(); }
    // As a process does that starts on what another has left.
    void begin(const std::string& beside = "")
    {
        trail = std::make_unique<Trail>(audit, beside, log, backend.clock, backend.entropy, backend.metrics);
    }
    void step()
    {
        run([this]() -> Task<void> { co_await trail->step(); });
    }
    void run(const std::function<Task<void>()>& script)
    {
        auto guard = asio::make_work_guard(backend.io); // the disk has a thread of its own
        auto over = [&guard](const std::exception_ptr& failed) {
            guard.reset();
            if (failed) std::rethrow_exception(failed);
        };
        backend.io.restart();
        asio::co_spawn(backend.io, script, over);
        backend.io.run();
    }
    // "action target source count", the oldest first.
    std::vector<std::string> records() const
    {
        std::vector<std::string> out;
        for (const telemetry::AuditRecord& each : audit.list(10'000))
            out.insert(out.begin(),
                       each.action + ' ' + each.target + ' ' + each.source + ' ' + std::to_string(each.count));
        return out;
    }
    std::vector<StoredEvent> events()
    {
        std::vector<StoredEvent> out;
        run([&]() -> Task<void> {
            const auto read = co_await backend.events->read("harvest.system", "", 0, 10'000, backend.soon());
            if (read) out = *read;
        });
        return out;
    }
    bool counts(const std::string& series) const
    {
        return backend.metrics.exposition().find(series + '\n') != std::string::npos;
    }

    test::World backend;
    telemetry::Audit audit{backend.directory + "/audit.log", {}};
    AwayLog log{*backend.events};
    std::unique_ptr<Trail> trail;
};

const SecurityNote denied{"admin.denied", "", "192.0.2.1", true};

} // namespace

TEST_CASE("a flood of what anybody can cause is a record a minute, with their number", "[audit]")
{
    Watch watch;
    for (int i = 0; i < 10'000; ++i) watch.trail->note(denied);
    watch.step();
    CHECK(watch.records() == std::vector<std::string>{"admin.denied  192.0.2.1 1"}); // at once
    watch.backend.clock.advance(59s);
    watch.trail->note(denied);
    watch.step();
    CHECK(watch.records().size() == 1);
    watch.backend.clock.advance(1s);
    watch.step();
    CHECK(watch.records().back() == "admin.denied  192.0.2.1 10000");
    watch.backend.clock.advance(1min);
    watch.step();
    CHECK(watch.records().size() == 2);
    watch.trail->note(denied); // anew
    watch.step();
    CHECK(watch.records().size() == 3);
}

TEST_CASE("a flood from everywhere is no more than 65 records a minute, and none is uncounted", "[audit]")
{
    Watch watch;
    for (int i = 0; i < 5'000; ++i) {
        SecurityNote note = denied;
        note.source = "2001:db8::" + std::to_string(i);
        watch.trail->note(std::move(note));
    }
    watch.trail->note({"session.reuse", "p_1"});
    watch.step();
    CHECK(watch.records().size() == Trail::kinds + 2);
    CHECK(watch.records().back() == "session.reuse p_1  1");
    watch.backend.clock.advance(1min);
    watch.step();
    CHECK(watch.records().back() == "admin.denied   " + std::to_string(5'000 - Trail::kinds - 1));
    CHECK(watch.audit.verify().intact);
}

TEST_CASE("what the disk does not take in time is counted, and a record tells of it", "[audit]")
{
    Watch watch;
    for (std::size_t i = 0; i < Trail::capacity + 7; ++i)
        watch.trail->note({"account.totp_off", "p_" + std::to_string(i)});
    CHECK(watch.counts("harvest_audit_dropped_total 7"));
    watch.step();
    CHECK(watch.records().size() == Trail::capacity);
    watch.step();
    CHECK(watch.records().back() == "audit.dropped   7");
    CHECK(watch.records()[17] == "account.totp_off p_17  1");
}

TEST_CASE("records come to harvest.system through an event log that was away, and once each after a restart", "[audit]")
{
    Watch watch;
    telemetry::AuditRecord ban;
    ban.id = watch.backend.id<AuditId>().value;
    ban.at = watch.backend.clock.now();
    ban.action = "player.ban";
    ban.actor = "uid:0";
    ban.target = "p_1";
    ban.reason = "kestrel of 192.0.2.1 said so";
    ban.source = "192.0.2.1";
    for (const char* const outcome : {"intent", "success"}) {
        ban.outcome = outcome;
        REQUIRE(watch.audit.append(ban));
    }
    watch.log.away = true;
    watch.trail->note(denied);
    watch.step();
    CHECK(watch.records().size() == 3); // a log that is away stops nothing
    CHECK(watch.events().empty());
    CHECK(watch.counts("harvest_audit_copy_failures_total 1"));
    watch.log.away = false;
    watch.step();
    std::set<std::string> told;
    for (const StoredEvent& each : watch.events()) {
        std::string why;
        CHECK(protocol::check_event(each.topic, each.event.type, each.event.data, why).has_value());
        CHECK(why.empty());
        CHECK(each.event.data.find("192.0.2.1") == std::string::npos); // ids, and nobody's address or words
        told.insert(each.event.type + ' ' + each.event.subject);
    }
    CHECK(told ==
          std::set<std::string>{"harvest.system.admin.acted.v1 p_1", "harvest.system.security.noted.v1 admin.denied"});
    watch.begin();
    watch.trail->note({"session.reuse", "p_2"});
    watch.step();
    CHECK(watch.events().size() == 3);
    std::filesystem::remove(watch.audit.path() + ".copied"); // as a crash may lose it
    watch.begin();
    watch.step();
    CHECK(watch.events().size() == 3);
}

TEST_CASE("what commands wrote beside is copied too, when it comes", "[audit]")
{
    Watch watch;
    const std::string beside = watch.backend.directory + "/commands.log";
    watch.begin(beside);
    watch.step();
    CHECK(watch.events().empty());
    telemetry::Audit of_commands(beside, {});
    telemetry::AuditRecord record;
    record.id = watch.backend.id<AuditId>().value;
    record.at = watch.backend.clock.now();
    record.action = "db.migrate";
    record.outcome = "failure";
    record.actor = "uid:0";
    REQUIRE(of_commands.append(record));
    watch.step();
    REQUIRE(watch.events().size() == 1);
    CHECK(watch.events()[0].event.subject == "db.migrate");
}
