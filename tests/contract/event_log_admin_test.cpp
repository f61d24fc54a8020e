#include "common/ports/event_log_admin.hpp"
#include "tests/contract/event_logs.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

template <class Stores>
void append_now(Stores& stores, const std::string& key, const std::string& data)
{
    std::vector<Event> events{event_of(stores, game_topic, key, data).event};
    events[0].time = stores.clock.now();
    REQUIRE(get(stores->events.append(game_topic, events, stores.soon())));
}

// Another partition of a topic that was made just now has no leader yet on a busy Kafka.
template <class Stores>
auto described(Stores& stores, const std::string& topic)
{
    const Millis until = stores.clock.monotonic() + 20s;
    auto detail = get(stores->events.describe(topic, stores.soon()));
    while (detail.error() == Errc::unavailable && stores.clock.monotonic() < until) {
        std::this_thread::sleep_for(100ms);
        detail = get(stores->events.describe(topic, stores.soon()));
    }
    return detail;
}

template <class Stores>
GroupDetail group_named(Stores& stores, const std::string& name)
{
    const auto groups = get(stores->events.groups(stores.soon()));
    REQUIRE(groups);
    for (const GroupDetail& each : *groups)
        if (each.group == name) return each;
    return {};
}

// A reader that has gone is missed by Kafka's coordinator a moment later.
template <class Stores>
void wait_until_left(Stores& stores, const std::string& group)
{
    const Millis until = stores.clock.monotonic() + 20s;
    while (!group_named(stores, group).members.empty()) {
        REQUIRE(stores.clock.monotonic() < until);
        std::this_thread::sleep_for(50ms);
    }
}

template <class Stores>
std::vector<std::string> take_data(Stores& stores, EventReader& reader, std::size_t count)
{
    std::vector<std::string> all;
    while (all.size() < count) {
        const auto page = get(reader.next(count - all.size(), stores.soon()));
        REQUIRE(page);
        REQUIRE(!page->empty());
        for (const StoredEvent& stored : *page) all.push_back(stored.event.data);
    }
    return all;
}

template <class Stores>
std::int64_t committed_by(Stores& stores, const std::string& group, std::int32_t partition)
{
    const auto lags = get(stores->events.lags(stores.soon()));
    REQUIRE(lags);
    for (const GroupLag& lag : *lags)
        if (lag.group == group && lag.partition == partition) return lag.committed_offset;
    return -1;
}

} // namespace

TEMPLATE_TEST_CASE("A topic tells its partitions, an unknown one is not found", "[events]", HARVEST_EVENT_LOGS)
{
    TestType stores;
    for (const char* key : {"p_1", "p_1", "p_1"}) append_now(stores, key, "x");
    const auto detail = described(stores, std::string(game_topic));
    REQUIRE(detail);
    CHECK(detail->topic == game_topic);
    CHECK(detail->retention == Millis{});
    std::int64_t messages = 0;
    for (const PartitionDetail& each : detail->partitions) {
        messages += each.end_offset - each.first_offset;
        CHECK(each.replicas >= 1);
        CHECK(each.in_sync >= 1);
        if (each.partition == partition_of("p_1")) CHECK(each.end_offset == 3);
    }
    CHECK(messages == 3);
    CHECK(get(stores->events.describe("harvest.gam", stores.soon())).error() == Errc::not_found);
}

TEMPLATE_TEST_CASE("A group tells who reads which partition, and stays known without readers", "[events]",
                   HARVEST_EVENT_LOGS)
{
    TestType stores;
    append_now(stores, "p_1", "x");
    CHECK(get(stores->events.groups(stores.soon()))->empty());
    {
        const auto one = stores->events.subscribe({"match", {game_topic}});
        const auto two = stores->events.subscribe({"match", {game_topic}});
        LogTraits<TestType>::settle(stores, "match", 2);
        const GroupDetail group = group_named(stores, "match");
        CHECK(group.settled);
        REQUIRE(group.members.size() == 2);
        std::multiset<std::int32_t> owned;
        for (const GroupMember& member : group.members) {
            CHECK_FALSE(member.id.empty());
            for (const auto& [of_topic, partition] : member.partitions) {
                CHECK(of_topic == game_topic);
                owned.insert(partition);
            }
        }
        CHECK(owned == std::multiset<std::int32_t>{0, 1, 2, 3});
    }
    const auto reader = stores->events.subscribe({"chat", {game_topic}});
    take_data(stores, *reader, 1);
    REQUIRE(get(reader->commit(stores.soon())));
    wait_until_left(stores, "match");
    CHECK(group_named(stores, "chat").group == "chat");
}

TEMPLATE_TEST_CASE("Events are found by their time, and read from an offset of each partition", "[events]",
                   HARVEST_EVENT_LOGS)
{
    TestType stores;
    const std::int32_t part = partition_of("p_1");
    for (const char* data : {"0", "1", "2"}) append_now(stores, "p_1", data);
    std::this_thread::sleep_for(50ms);
    const Millis between = stores.clock.now();
    std::this_thread::sleep_for(50ms);
    for (const char* data : {"3", "4"}) append_now(stores, "p_1", data);
    CHECK(get(stores->events.offsets_at(game_topic, Millis{1}, stores.soon()))->at(part) == 0);
    CHECK(get(stores->events.offsets_at(game_topic, between, stores.soon()))->at(part) == 3);
    CHECK(get(stores->events.offsets_at(game_topic, stores.clock.now() + 1h, stores.soon()))->at(part) == 5);

    const auto data_from = [&](std::int64_t offset, std::size_t max) {
        const auto events = get(stores->events.read_from(game_topic, {{part, offset}}, max, stores.soon()));
        REQUIRE(events);
        std::string all;
        for (const StoredEvent& stored : *events) all += stored.event.data;
        return all;
    };
    CHECK(data_from(0, 10) == "01234");
    CHECK(data_from(1, 2) == "12");
    CHECK(data_from(5, 10).empty());
    const std::string other = partition_of("p_2") != part ? "p_2" : "p_3";
    REQUIRE(partition_of(other) != part);
    append_now(stores, other, "5");
    const auto both =
        get(stores->events.read_from(game_topic, {{part, 4}, {partition_of(other), 0}}, 10, stores.soon()));
    REQUIRE(both->size() == 2);
    CHECK(both->front().partition < both->back().partition);
}

TEMPLATE_TEST_CASE("A group without readers is moved to other offsets, one with readers is not", "[events]",
                   HARVEST_EVENT_LOGS)
{
    TestType stores;
    const std::int32_t part = partition_of("p_1");
    for (const char* data : {"0", "1", "2", "3"}) append_now(stores, "p_1", data);
    {
        const auto reader = stores->events.subscribe({"match", {game_topic}});
        CHECK(take_data(stores, *reader, 3) == std::vector<std::string>{"0", "1", "2"});
        REQUIRE(get(reader->commit(stores.soon())));
        CHECK(get(stores->events.reset("match", game_topic, {{part, 0}}, stores.soon())).error() == Errc::conflict);
        CHECK(committed_by(stores, "match", part) == 3);
    }
    wait_until_left(stores, "match");
    REQUIRE(get(stores->events.reset("match", game_topic, {{part, 1}}, stores.soon())));
    CHECK(committed_by(stores, "match", part) == 1);
    {
        const auto reader = stores->events.subscribe({"match", {game_topic}});
        CHECK(take_data(stores, *reader, 3) == std::vector<std::string>{"1", "2", "3"});
    }
    wait_until_left(stores, "match");
    REQUIRE(get(stores->events.reset("match", game_topic, {{part, 3}}, stores.soon())));
    CHECK(committed_by(stores, "match", part) == 3);
    const auto reader = stores->events.subscribe({"match", {game_topic}});
    CHECK(take_data(stores, *reader, 1) == std::vector<std::string>{"3"});
}
