#include "common/ports/event_log.hpp"
#include "tests/contract/event_logs.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <map>
#include <set>
#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

template <class Stores>
Result<void> append(Stores& stores, const std::string& key, const std::string& data)
{
    const std::vector<Event> events{event_of(stores, game_topic, key, data).event};
    return get(stores->events.append(game_topic, events, stores.soon()));
}

std::vector<std::string> data_of(const std::vector<StoredEvent>& events)
{
    std::vector<std::string> list;
    for (const StoredEvent& stored : events) list.push_back(stored.event.data);
    return list;
}

// A busy machine: the wait was over before the read, or the broker was too slow to tell where the log ends.
template <class Stores>
Result<std::vector<StoredEvent>> next_page(Stores& stores, EventReader& reader, std::size_t most, Millis wait)
{
    for (int hitches = 0;; ++hitches) {
        const auto page = get(reader.next(most, stores.clock.after(wait)));
        const bool hitch = !page && (page.error() == Errc::timed_out || page.error() == Errc::unavailable);
        if (!hitch || hitches == 50) return page;
        std::this_thread::sleep_for(200ms); // it may refuse at once as long as it lasts
    }
}

// The next events, which may come in several answers.
template <class Stores>
std::vector<StoredEvent> take(Stores& stores, EventReader& reader, std::size_t count)
{
    std::vector<StoredEvent> all;
    while (all.size() < count) {
        const auto page = next_page(stores, reader, count - all.size(), 60s);
        REQUIRE(page);
        REQUIRE(!page->empty());
        all.insert(all.end(), page->begin(), page->end());
    }
    return all;
}

// What is there now: waits for the `least` that must be there, and not for more.
template <class Stores>
std::vector<StoredEvent> drain(Stores& stores, EventReader& reader, std::size_t least = 0)
{
    std::vector<StoredEvent> all = take(stores, reader, least);
    for (;;) {
        const auto page = next_page(stores, reader, 7, LogTraits<Stores>::quiet);
        REQUIRE(page);
        if (page->empty()) return all;
        all.insert(all.end(), page->begin(), page->end());
    }
}

} // namespace

TEMPLATE_TEST_CASE("Events of a key come in order, to every group once it commits", "[events]", HARVEST_EVENT_LOGS)
{
    TestType stores;
    for (int i = 0; i < 40; ++i) REQUIRE(append(stores, fmt::format("p_{}", i % 5), fmt::format("{}", i)));
    for (const std::string group : {"match", "chat"}) {
        const auto reader = stores->events.subscribe({group, {game_topic}});
        const std::vector<StoredEvent> events = take(stores, *reader, 40);
        std::map<std::string, int> last;
        for (const StoredEvent& stored : events) {
            const int number = std::stoi(stored.event.data);
            const auto before = last.find(stored.event.subject);
            CHECK((before == last.end() || before->second < number));
            last[stored.event.subject] = number;
        }
        REQUIRE(get(reader->commit(stores.soon())));
    }
    const auto reader = stores->events.subscribe({"match", {game_topic}});
    CHECK(drain(stores, *reader).empty());
    REQUIRE(append(stores, "p_1", "more"));
    CHECK(data_of(drain(stores, *reader, 1)) == std::vector<std::string>{"more"});
}

TEMPLATE_TEST_CASE("T6: what a reader had not committed is delivered again after a crash", "[events]",
                   HARVEST_EVENT_LOGS)
{
    TestType stores;
    for (int i = 0; i < 10; ++i) REQUIRE(append(stores, "m_1", fmt::format("{}", i)));
    {
        const auto reader = stores->events.subscribe({"chat", {game_topic}});
        CHECK(data_of(take(stores, *reader, 4)) == std::vector<std::string>{"0", "1", "2", "3"});
        REQUIRE(get(reader->commit(stores.soon())));
        take(stores, *reader, 3); // and dies before it commits
    }
    stores.reopen();
    const auto reader = stores->events.subscribe({"chat", {game_topic}});
    CHECK(data_of(drain(stores, *reader, 6)) == std::vector<std::string>{"4", "5", "6", "7", "8", "9"});
}

TEMPLATE_TEST_CASE("T6: an event id is appended once, by whichever way it comes", "[events]", HARVEST_STORES)
{
    TestType stores;
    const OutboxEvent event = event_of(stores, game_topic, "p_1", "once");
    const OutboxEvent next = event_of(stores, game_topic, "p_1", "next");
    REQUIRE(get(stores->events.append(game_topic, {event.event, event.event}, stores.soon())));
    REQUIRE(get(stores->events.append(game_topic, {event.event, next.event}, stores.soon())));
    const std::vector<Transfer> grant{{TransferId{"t_1"}, "coin", "mint", "player:p_1", 1, "test"}};
    REQUIRE(get(stores->ledger.transfer(grant, noon, {event, next}, stores.soon())));
    const auto events = get(stores->events.read(game_topic, "", 0, 10, stores.soon()));
    CHECK(data_of(*events) == std::vector<std::string>{"once", "next"});
    CHECK((*events)[0].offset == 0);
    CHECK((*events)[1].offset == 1); // no gap where the second one was
}

TEMPLATE_TEST_CASE("T6: an event id that comes again is delivered once", "[events]", HARVEST_EVENT_LOGS)
{
    TestType stores;
    const Event event = event_of(stores, game_topic, "p_1", "once").event;
    const Event next = event_of(stores, game_topic, "p_1", "next").event;
    REQUIRE(get(stores->events.append(game_topic, {event, event}, stores.soon())));
    REQUIRE(get(stores->events.append(game_topic, {event, next}, stores.soon())));
    {
        const auto reader = stores->events.subscribe({"match", {game_topic}});
        CHECK(data_of(drain(stores, *reader, 2)) == std::vector<std::string>{"once", "next"});
        REQUIRE(get(reader->commit(stores.soon())));
    }
    // Another reader goes on where this one was: it knows what was delivered before its time.
    REQUIRE(get(stores->events.append(game_topic, {next, event}, stores.soon())));
    REQUIRE(append(stores, "p_1", "more"));
    const auto reader = stores->events.subscribe({"match", {game_topic}});
    CHECK(data_of(drain(stores, *reader, 1)) == std::vector<std::string>{"more"});
    CHECK(data_of(*get(stores->events.read(game_topic, "", 0, 10, stores.soon()))) ==
          std::vector<std::string>{"once", "next", "more"});
    Event nameless = next;
    nameless.id = {};
    CHECK(get(stores->events.append(game_topic, {nameless}, stores.soon())).error() == Errc::invalid_argument);
}

TEMPLATE_TEST_CASE("A waiting reader hears of an event at once", "[events]", HARVEST_EVENT_LOGS)
{
    TestType stores;
    const std::unique_ptr<EventReader> reader = stores->events.subscribe({"match", {game_topic, "harvest.chat"}});
    auto& open = *stores.operator->();
    Clock& clock = stores.clock;
    const Event event = event_of(stores, "harvest.chat", "room:lobby", "hello").event;
    Loop loop;
    std::vector<StoredEvent> got;
    Millis waited{};
    loop.spawn([&got, &waited, &clock, &reader]() -> Task<void> {
        const Millis start = clock.monotonic();
        Result<std::vector<StoredEvent>> events = co_await reader->next(10, clock.after(10s));
        got = events.value();
        waited = clock.monotonic() - start;
    });
    loop.spawn([&open, &clock, &event]() -> Task<void> {
        co_await clock.sleep_until(clock.after(50ms));
        std::vector<Event> events(1, event);
        const Result<void> appended = co_await open.events.append("harvest.chat", std::move(events), clock.after(5s));
        REQUIRE(appended);
    });
    loop.run();
    CHECK(data_of(got) == std::vector<std::string>{"hello"});
    CHECK(waited < 5s);
    const Millis start = stores.clock.monotonic();
    CHECK(get(reader->next(10, stores.clock.after(30ms)))->empty());
    CHECK(stores.clock.monotonic() - start >= 30ms);
}

TEMPLATE_TEST_CASE("Without a group a reader sees what comes after it, and nothing is kept", "[events]",
                   HARVEST_EVENT_LOGS)
{
    TestType stores;
    REQUIRE(append(stores, "p_1", "before"));
    const auto one = stores->events.subscribe({"", {game_topic}});
    const auto two = stores->events.subscribe({"", {game_topic}});
    REQUIRE(append(stores, "p_1", "after"));
    CHECK(data_of(drain(stores, *one, 1)) == std::vector<std::string>{"after"});
    CHECK(data_of(drain(stores, *two, 1)) == std::vector<std::string>{"after"});
    REQUIRE(get(one->commit(stores.soon())));
    CHECK(get(stores->events.lags(stores.soon()))->empty());
}

TEMPLATE_TEST_CASE("Readers of a group share its partitions", "[events]", HARVEST_EVENT_LOGS)
{
    TestType stores;
    const auto one = stores->events.subscribe({"match", {game_topic}});
    auto two = stores->events.subscribe({"match", {game_topic}});
    LogTraits<TestType>::settle(stores, "match", 2);
    for (int i = 0; i < 100; ++i) REQUIRE(append(stores, fmt::format("p_{}", i), fmt::format("{}", i)));
    const auto first = drain(stores, *one, 1);
    const auto second = drain(stores, *two, 1);
    CHECK(first.size() + second.size() == 100);
    CHECK(!first.empty());
    CHECK(!second.empty());
    std::set<std::int32_t> mine, theirs;
    for (const StoredEvent& stored : first) mine.insert(stored.partition);
    for (const StoredEvent& stored : second) theirs.insert(stored.partition);
    for (const std::int32_t partition : mine) CHECK_FALSE(theirs.contains(partition));

    // One commits and stays, the other goes without: its share comes again.
    REQUIRE(get(one->commit(stores.soon())));
    two.reset();
    LogTraits<TestType>::settle(stores, "match", 1);
    if constexpr (LogTraits<TestType>::moves_at_once)
        CHECK(get(one->commit(stores.soon())).error() == Errc::conflict);
    else
        CHECK(get(one->commit(stores.soon())));
    CHECK(drain(stores, *one, second.size()).size() == second.size());
    REQUIRE(get(one->commit(stores.soon())));
    std::int64_t lag = 0;
    for (const GroupLag& each : *get(stores->events.lags(stores.soon())))
        lag += each.end_offset - each.committed_offset;
    CHECK(lag == 0);
}

TEMPLATE_TEST_CASE("Topics tell their ends, groups their lag", "[events]", HARVEST_EVENT_LOGS)
{
    TestType stores;
    for (int i = 0; i < 6; ++i) REQUIRE(append(stores, "p_1", "x"));
    auto topics = get(stores->events.topics(stores.soon()));
    for (int i = 0; i < 5 && !topics && topics.error() == Errc::unavailable; ++i) // a broker under load is slow
        topics = get(stores->events.topics(stores.soon()));
    REQUIRE(topics);
    std::erase_if(*topics, [](const TopicInfo& info) { return info.end_offset == 0; });
    REQUIRE(topics->size() == 1);
    CHECK(topics->front().topic == game_topic);
    CHECK(topics->front().end_offset == 6);
    const auto reader = stores->events.subscribe({"match", {game_topic}});
    take(stores, *reader, 2);
    REQUIRE(get(reader->commit(stores.soon())));
    auto lags = get(stores->events.lags(stores.soon()));
    for (int i = 0; i < 5 && !lags && lags.error() == Errc::unavailable; ++i)
        lags = get(stores->events.lags(stores.soon()));
    REQUIRE(lags);
    REQUIRE(lags->size() == 1);
    CHECK(lags->front().group == "match");
    CHECK(lags->front().committed_offset == 2);
    CHECK(lags->front().end_offset == 6);
    CHECK(get(stores->events.read(game_topic, "p_1", 4, 10, stores.soon()))->size() == 2);
    CHECK(get(stores->events.read(game_topic, "p_2", 0, 10, stores.soon()))->empty());
    CHECK(get(stores->events.read(game_topic, "", 0, 3, stores.soon()))->size() == 3);
    CHECK(get(stores->events.read(game_topic, "", 1'000, 3, stores.soon()))->empty());
}

TEMPLATE_TEST_CASE("Events past their time are cleared away, and readers go on behind them", "[events]", HARVEST_STORES)
{
    TestType stores;
    const auto reader = stores->events.subscribe({"chat", {game_topic}});
    for (int i = 0; i < 10; ++i) {
        std::vector<Event> events{event_of(stores, game_topic, "p_1", std::to_string(i)).event};
        events[0].time = noon + Millis{i};
        REQUIRE(get(stores->events.append(game_topic, events, stores.soon())));
    }
    CHECK(get(stores->events.forget(game_topic, noon, 100, stores.soon())).value() == 0);
    CHECK(get(stores->events.forget(game_topic, noon + 4ms, 3, stores.soon())).value() == 3);
    CHECK(get(stores->events.forget(game_topic, noon + 4ms, 100, stores.soon())).value() == 1);
    CHECK(get(stores->events.topics(stores.soon()))->front().first_offset == 4);
    CHECK(data_of(drain(stores, *reader, 6)) == std::vector<std::string>{"4", "5", "6", "7", "8", "9"});
    CHECK(get(stores->events.forget(game_topic, noon + 1h, 100, stores.soon())).value() == 6);
    REQUIRE(append(stores, "p_1", "after"));
    CHECK(data_of(drain(stores, *reader, 1)) == std::vector<std::string>{"after"});
    CHECK(get(stores->events.topics(stores.soon()))->front().end_offset == 11);
}
