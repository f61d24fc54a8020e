// What only Kafka can do to us: a broker that dies or is not there, records that are no events, a reader that lags.
#include "common/adapters/kafka/poller.hpp"
#include "tests/contract/event_logs.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

std::vector<std::string> read_group(KafkaLogs& logs, const char* name, std::size_t count, std::size_t page_size = 100)
{
    std::vector<std::string> got;
    const auto reader = logs->events.subscribe({"match", {name}});
    for (;;) {
        const auto page = get(reader->next(page_size, got.size() < count ? logs.soon() : logs.clock.after(1s)));
        REQUIRE(page);
        if (page->empty()) break;
        for (const StoredEvent& stored : *page) got.push_back(stored.event.data);
    }
    REQUIRE(get(reader->commit(logs.soon())));
    return got;
}

// A broker that this test may kill.
class OwnBroker {
public:
    OwnBroker() { run("up"); }
    ~OwnBroker() { (void)std::system(command("down").c_str()); }
    // Gone when this returns: what is dying still looks alive to scripts/services, which would then start no other.
    void kill()
    {
        const std::string script =
            fmt::format("pid=$(cat {}/kafka/pid) && kill -9 $pid && for i in $(seq 200); do "
                        "[ -n \"$(tr -d '\\0' 2>/dev/null </proc/$pid/cmdline)\" ] || exit 0; sleep 0.05; done; exit 1",
                        dir());
        REQUIRE(std::system(script.c_str()) == 0);
    }
    void run(const char* verb) { REQUIRE(std::system(command(verb).c_str()) == 0); }
    std::string command(const char* verb) const
    {
        return fmt::format("HARVEST_SERVICES_DIR={} HARVEST_KAFKA_PORT=19292 scripts/services {} kafka >/dev/null",
                           dir(), verb);
    }
    static constexpr auto brokers = "127.0.0.1:19292";

private:
    std::string dir() const { return dir_.path().string(); }
    TempDir dir_;
};

} // namespace

TEST_CASE("A Kafka client that throws in its turn takes nobody with it", "[kafka]")
{
    struct Moody final : kafka::Source {
        std::atomic<int> turns{0};
        kafka::Served serve() override
        {
            if (++turns == 1) throw std::runtime_error("no certificate");
            return turns < 3 ? kafka::Served::more : kafka::Served::ended;
        }
    };
    kafka::Poller poller;
    const auto moody = std::make_shared<Moody>();
    poller.add(moody);
    CHECK(poller.drain(kafka::Until::clock::now() + 5s));
    CHECK(moody->turns == 3);
}

TEST_CASE("T6: records that are no events are parked and hold nobody up", "[kafka]")
{
    KafkaLogs logs;
    const auto append = [&logs](const std::string& data) {
        const std::vector<Event> events{event_of(logs, game_topic, "p_1", data).event};
        REQUIRE(get(logs->events.append(game_topic, events, logs.soon())));
    };
    append("before");
    logs.produce_raw(game_topic, "p_1", "\xff\xfe no event");
    append("after");
    CHECK(read_group(logs, game_topic, 2) == std::vector<std::string>{"before", "after"});
    CHECK(get(logs->events.read(game_topic, "", 0, 10, logs.soon()))->size() == 2);
    const std::string parked = std::string(game_topic) + ".parked";
    const std::vector<std::string> aside = read_group(logs, parked.c_str(), 1);
    REQUIRE(aside.size() == 1);
    CHECK(aside[0] == R"({"reason":"ce_specversion is not 1.0","topic":"harvest.game","partition":)" +
                          std::to_string(partition_of("p_1")) +
                          R"(,"offset":1,"group":"match","key":"cF8x","value":"__4gbm8gZXZlbnQ"})");
    std::int64_t lag = 0;
    for (const GroupLag& each : *get(logs->events.lags(logs.soon()))) lag += each.end_offset - each.committed_offset;
    CHECK(lag == 0);
}

TEST_CASE("A record that nobody can park yet holds back its group's place alone, and is parked in the end", "[kafka]")
{
    KafkaLogs logs;
    const auto append = [&logs](const std::string& data) {
        const std::vector<Event> events{event_of(logs, game_topic, "p_1", data).event};
        REQUIRE(get(logs->events.append(game_topic, events, logs.soon())));
    };
    append("before");
    CHECK(read_group(logs, game_topic, 1) == std::vector<std::string>{"before"});
    logs.drop({"harvest.game.parked"});
    logs.options.make_topics = false;
    logs.reopen();
    logs.produce_raw(game_topic, "p_1", "no event");
    append("after");
    CHECK(read_group(logs, game_topic, 1) == std::vector<std::string>{"after"});
    const auto lag = [&logs] {
        std::int64_t sum = 0;
        for (const GroupLag& each : *get(logs->events.lags(logs.soon())))
            if (each.topic == game_topic) sum += each.end_offset - each.committed_offset;
        return sum;
    };
    CHECK(lag() == 2);
    logs.options.make_topics = true;
    logs.reopen();
    CHECK(read_group(logs, game_topic, 1) == std::vector<std::string>{"after"}); // again: its place was not kept
    CHECK(read_group(logs, "harvest.game.parked", 1).size() == 1);
    CHECK(lag() == 0);
}

TEST_CASE("A record that is parked keeps of its headers what can be read", "[kafka]")
{
    KafkaLogs logs;
    logs.produce_raw(game_topic, "p_1", "{}",
                     {{"ce_id", "e_7"}, {"ce_type", "harvest.test.v1"}, {"ce_source", "\xff"}, {"other", "x"}});
    const std::vector<Event> events{event_of(logs, game_topic, "p_1", "after").event};
    REQUIRE(get(logs->events.append(game_topic, events, logs.soon())));
    CHECK(read_group(logs, game_topic, 1) == std::vector<std::string>{"after"});
    const std::vector<std::string> aside = read_group(logs, "harvest.game.parked", 1);
    REQUIRE(aside.size() == 1);
    CHECK(aside[0].ends_with(R"("value":"e30","remains":{"id":"e_7","type":"harvest.test.v1"}})"));
}

TEST_CASE("A slow reader pauses its partitions and misses nothing", "[kafka]")
{
    KafkaLogs logs;
    logs.options.read_ahead = 50;
    logs.reopen();
    constexpr int count = 3'000;
    std::vector<Event> events;
    std::vector<std::string> expected;
    for (int i = 0; i < count; ++i) {
        events.push_back(event_of(logs, game_topic, "p_1", std::to_string(i)).event);
        expected.push_back(std::to_string(i));
    }
    REQUIRE(get(logs->events.append(game_topic, events, logs.soon())));
    CHECK(read_group(logs, game_topic, count, 7) == expected);
}

TEST_CASE("A broker that is not there and a topic that is not there are told in one line", "[kafka]")
{
    KafkaLogs logs;
    const std::vector<Event> events{event_of(logs, game_topic, "p_1", "x").event};
    CHECK(get(logs->events.append("harvest.none", events, logs.soon())).error() == Errc::not_found);
    kafka::Options away = logs.options;
    away.brokers = "127.0.0.1:1";
    away.request_timeout = 500ms;
    const Millis began = logs.clock.monotonic();
    try {
        const kafka::KafkaEventLog log(away, logs.clock);
        FAIL("it started");
    }
    catch (const boost::system::system_error& error) {
        CHECK(error.code() == Errc::unavailable);
        CHECK(std::string(error.what()).find("Kafka at 127.0.0.1:1: ") == 0);
    }
    CHECK(logs.clock.monotonic() - began < 5s);
}

TEST_CASE("T6: a broker killed with -9 in the middle loses nothing that was acknowledged", "[kafka]")
{
    (void)kafka_brokers(); // as every test of Kafka it fails where the services are not wanted
    OwnBroker broker;
    KafkaLogs logs(OwnBroker::brokers);
    constexpr int count = 300;
    Loop loop;
    std::vector<std::string> acknowledged;
    std::thread restart;
    loop.spawn([&]() -> Task<void> {
        for (int i = 0; i < count; ++i) {
            if (i == count / 3) {
                broker.kill();
                restart = std::thread([&broker] { (void)std::system(broker.command("up").c_str()); });
            }
            std::vector<Event> events(1, event_of(logs, game_topic, "p_1", std::to_string(i)).event);
            const Deadline give_up = logs.clock.after(90s);
            for (;;) { // the same event, until it is on disk
                std::vector<Event> again = events;
                const Result<void> done =
                    co_await logs->events.append(game_topic, std::move(again), logs.clock.after(3s));
                if (done) break;
                REQUIRE(logs.clock.monotonic() < give_up.at);
                REQUIRE((done.error() == Errc::in_doubt || done.error() == Errc::unavailable));
            }
            acknowledged.push_back(std::to_string(i));
        }
    });
    try {
        loop.run();
    }
    catch (...) {
        if (restart.joinable()) restart.join();
        throw;
    }
    restart.join();
    CHECK(read_group(logs, game_topic, acknowledged.size()) == acknowledged);
}

TEST_CASE("A new reader does not wait for a broker that is known to be away, and reads once it is back", "[kafka]")
{
    (void)kafka_brokers();
    OwnBroker broker;
    KafkaLogs logs(OwnBroker::brokers);
    const auto append = [&logs](const std::string& data) {
        const std::vector<Event> events{event_of(logs, game_topic, "p_1", data).event};
        return get(logs->events.append(game_topic, events, logs.clock.after(3s)));
    };
    REQUIRE(append("before"));
    broker.kill();
    const Millis killed = logs.clock.monotonic();
    while (logs->events.reachable() && logs.clock.monotonic() - killed < 30s) (void)append("lost");
    REQUIRE_FALSE(logs->events.reachable());

    const Millis began = logs.clock.monotonic();
    const auto reader = logs->events.subscribe({"", {game_topic}});
    CHECK(logs.clock.monotonic() - began < 1s);
    broker.run("up");
    std::vector<std::string> read;
    const Millis back = logs.clock.monotonic();
    while (read.empty() && logs.clock.monotonic() - back < 30s) {
        (void)append("after");
        std::this_thread::sleep_for(100ms); // it is refused at once as long as it has no place
        const auto page = get(reader->next(100, logs.clock.after(1s)));
        if (!page) continue;
        for (const StoredEvent& stored : *page) read.push_back(stored.event.data);
    }
    CHECK(std::ranges::count(read, "after") > 0);
}
