#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/sql/event_keeping.hpp"
#include "tests/contract/support/stores.hpp"

#include <algorithm>

using namespace harvest;
using namespace harvest::test;

namespace {

constexpr Millis day = 24h, half_an_hour = 30min;

// A store's event log on a clock that stands still, and the keeping of it on a loop of its own.
struct KeptLog {
    KeptLog()
    {
        sqlite::Options options;
        options.path = (dir.path() / "harvest.db").string();
        options.threads = false;
        database = std::make_unique<sqlite::SqliteDatabase>(options, clock);
        log = std::make_unique<sql::SqlEventLog>(*database, clock,
                                                 sql::TopicRetention{{"harvest.chat", 30 * day}, {"harvest.user", {}}});
        keeping = std::make_unique<sql::EventKeeping>(
            [this](std::size_t max, Deadline by) { return log->forget_expired(max, by); }, loop.executor(), clock);
    }

    Deadline soon() const { return clock.after(1s); }
    void append(const std::string& topic, const std::string& key, int count)
    {
        std::vector<Event> events;
        for (int i = 0; i < count; ++i) {
            Event event;
            event.id = new_id<EventId>(clock, entropy);
            event.type = "harvest.test.v1";
            event.source = "test";
            event.subject = key;
            event.time = clock.now();
            event.data = "{}";
            events.push_back(std::move(event));
        }
        REQUIRE(get(log->append(topic, events, soon())));
    }
    std::int64_t kept(const std::string& topic)
    {
        const auto detail = get(log->describe(topic, soon()));
        REQUIRE(detail);
        std::int64_t count = 0;
        for (const PartitionDetail& each : detail->partitions) count += each.end_offset - each.first_offset;
        const auto events = get(log->read(topic, "", 0, 10'000, soon()));
        REQUIRE(events);
        CHECK(events->size() == static_cast<std::size_t>(count));
        return count;
    }
    void pass(Millis length)
    {
        clock.advance(length);
        loop.poll();
    }

    TempDir dir;
    memory::ManualClock clock{noon};
    memory::SeededEntropy entropy{42};
    Loop loop;
    std::unique_ptr<sqlite::SqliteDatabase> database;
    std::unique_ptr<sql::SqlEventLog> log;
    std::unique_ptr<sql::EventKeeping> keeping;
};

} // namespace

TEST_CASE("A store's event log forgets what is older than its topic's retention, and nothing else", "[events]")
{
    KeptLog kept;
    kept.append("harvest.chat", "c_1", 600); // more than goes at once
    kept.append("harvest.chat", "c_2", 3);
    for (const char* topic : {"harvest.game", "harvest.user"}) kept.append(topic, "p_1", 5);
    CHECK(get(kept.log->describe("harvest.chat", kept.soon()))->retention == 30 * day);
    CHECK(get(kept.log->describe("harvest.game", kept.soon()))->retention == Millis{});
    CHECK(get(kept.log->describe("harvest.user", kept.soon()))->retention == Millis{});

    bool ended = false;
    const auto whole = [&kept, &ended]() -> Task<void> {
        co_await kept.keeping->run();
        ended = true;
    };
    kept.loop.spawn(whole);
    kept.loop.poll();
    CHECK(kept.keeping->ready());
    CHECK(kept.kept("harvest.chat") == 603);
    kept.pass(29 * day);
    kept.append("harvest.chat", "c_1", 7);
    kept.pass(1 * day); // to the very end of their time
    CHECK(kept.kept("harvest.chat") == 610);
    kept.pass(half_an_hour); // nobody looks before the hour is over
    CHECK(kept.kept("harvest.chat") == 610);
    kept.pass(half_an_hour);
    CHECK(kept.kept("harvest.chat") == 7);
    CHECK(kept.keeping->load().at("forgotten") == 603);
    CHECK(kept.kept("harvest.game") == 5);
    CHECK(kept.kept("harvest.user") == 5);

    // Who had not read them goes on at the oldest that is left.
    const auto reader = kept.log->subscribe({"chat", {"harvest.chat"}});
    const auto page = get(reader->next(100, kept.soon()));
    REQUIRE(page);
    REQUIRE(page->size() == 7);
    CHECK(page->front().offset == 600);

    kept.keeping->stop();
    kept.loop.poll();
    CHECK(ended);
}
