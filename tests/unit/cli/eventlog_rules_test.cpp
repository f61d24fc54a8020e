#include "cli/api/eventlog_rules.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <random>

using namespace harvest;
using namespace harvest::cli::api;

namespace {

LagItem lag_after(std::int64_t committed, std::int64_t end, std::int64_t committed_then, std::int64_t end_then,
                  Millis between)
{
    const std::vector<GroupLag> before{{"match", "harvest.user", 0, committed_then, end_then}};
    const std::vector<GroupLag> after{{"match", "harvest.user", 0, committed, end}};
    const std::vector<GroupDetail> groups{{"match", true, {{"match/0", "", {{"harvest.user", 0}}}}}};
    return lag_items(before, after, between, groups).at(0);
}

StoredEvent stored()
{
    StoredEvent event;
    event.topic = "harvest.game";
    event.partition = 2;
    event.offset = 17;
    event.event = {EventId{"e_1"}, "harvest.game.match.ended.v1", "instance-0", "m_1", "", Millis{1}, ""};
    return event;
}

} // namespace

TEST_CASE("Rates and the time to no lag come from two looks", "[eventlog]")
{
    struct Row {
        std::int64_t committed, end, committed_then, end_then;
        Millis between;
        double in, out;
        const char* eta;
    };
    const Row rows[] = {
        {900, 1'000, 800, 950, Millis{1'000}, 50, 100, "2"},   // 100 behind, 50 a second nearer
        {900, 1'000, 890, 990, Millis{1'000}, 10, 10, "null"}, // as much in as out
        {900, 1'000, 900, 1'000, Millis{1'000}, 0, 0, "null"}, // nobody reads
        {1'000, 1'000, 900, 900, Millis{2'000}, 50, 50, "0"},  // keeps up
        {999, 1'000, 996, 1'000, Millis{1'000}, 0, 3, "1"},    // rounded up
        {1'005, 1'000, 1'000, 1'000, Millis{1'000}, 0, 5, "0"},
    };
    for (const Row& row : rows) {
        const LagItem item = lag_after(row.committed, row.end, row.committed_then, row.end_then, row.between);
        CHECK(item.lag_messages == std::max<std::int64_t>(0, row.end - row.committed));
        CHECK(item.in_per_second == row.in);
        CHECK(item.out_per_second == row.out);
        CHECK(item.eta_seconds->text == row.eta);
        CHECK(item.owner == "match/0");
    }
    const LagItem once = lag_items({}, std::vector<GroupLag>{{"match", "harvest.user", 1, 5, 9}}, Millis{0}, {}).at(0);
    CHECK_FALSE(once.in_per_second);
    CHECK_FALSE(once.eta_seconds);
    CHECK(once.owner.empty());
}

TEST_CASE("An owner is named with its host, if it is on another", "[eventlog]")
{
    const std::vector<GroupDetail> groups{
        {"chat", true, {{"harvestctl", "10.0.0.7", {{"harvest.chat", 3}}}, {"chat/1", "", {{"harvest.chat", 1}}}}}};
    CHECK(owner_of(groups, "chat", "harvest.chat", 3) == "harvestctl@10.0.0.7");
    CHECK(owner_of(groups, "chat", "harvest.chat", 1) == "chat/1");
    CHECK(owner_of(groups, "chat", "harvest.chat", 0).empty());
    CHECK(owner_of(groups, "match", "harvest.chat", 3).empty());
}

TEST_CASE("A condition holds for attributes, members, lists and their absence", "[eventlog]")
{
    const auto data = boost::json::parse(
        R"({"mode":"ranked","winner":1,"players":["p_1","p_2"],"draw":false,"deep":{"crop":"wheat"}})");
    struct Row {
        const char* text;
        bool holds;
    };
    const Row rows[] = {{"type=harvest.game.match.ended.v1", true},
                        {"key=m_1", true},
                        {"partition=2", true},
                        {"offset=18", false},
                        {"data.mode=ranked", true},
                        {"mode=ranked", true},
                        {"mode=casual", false},
                        {"mode!=casual", true},
                        {"winner=1", true},
                        {"winner=\"1\"", false},
                        {"draw=false", true},
                        {"players=p_2", true},
                        {"players=p_3", false},
                        {"players!=p_2", false},
                        {"data.deep.crop=wheat", true},
                        {"deep.crop.more=wheat", false},
                        {"nothing=", false},
                        {"nothing!=x", true}};
    for (const Row& row : rows) {
        INFO(row.text);
        const Result<Condition> condition = parse_condition(row.text);
        REQUIRE(condition.has_value());
        CHECK(holds(*condition, stored(), data) == row.holds);
    }
    for (const char* bad : {"", "=", "=x", "mode", "!=x"}) CHECK_FALSE(parse_condition(bad).has_value());
}

TEST_CASE("Events are shown by time, but never against the order of their partition", "[eventlog]")
{
    const auto item = [](std::int32_t partition, std::int64_t offset, const char* time) {
        EventItem made;
        made.partition = partition;
        made.offset = {offset};
        made.time = time;
        made.id = std::to_string(partition) + ':' + std::to_string(offset);
        return made;
    };
    std::vector<EventItem> items{item(1, 0, "02"), item(0, 1, "01"), item(0, 0, "03"), item(0, 2, "04"),
                                 item(1, 1, "05")};
    put_in_order(items);
    std::string order;
    for (const EventItem& each : items) order += each.id + ' ';
    CHECK(order == "1:0 0:0 0:1 0:2 1:1 ");
}

TEST_CASE("Offsets of partitions are written as a list and found in it", "[eventlog]")
{
    CHECK(offset_list({{0, 12}, {2, 7}}) == "12,0,7");
    CHECK(offset_list({}) == "0");
    CHECK(offset_in("12,0,7", 0, -1) == 12);
    CHECK(offset_in("12,0,7", 2, -1) == 7);
    CHECK(offset_in("12,0,7", 3, -1) == -1);
    CHECK(offset_in("12,x,7", 1, -1) == -1);
    CHECK(offset_in("", 0, 5) == 5);
}

TEST_CASE("A move of a group tells what it reads again or never", "[eventlog]")
{
    CHECK(move_text("t", {0, 120, 0}) == "t:0  120 -> 0   120 events again");
    CHECK(move_text("t", {1, 5, 9}) == "t:1  5 -> 9   4 events never");
    CHECK(move_text("t", {2, 5, 5}) == "t:2  5 -> 5   no change");
    CHECK(move_text("t", {3, -1, 2}) == "t:3  none -> 2   2 events never");
    CHECK(events_moved(std::vector<Move>{{0, 120, 0}, {1, 5, 9}, {3, -1, 2}}) == 126);
}

TEST_CASE("A shift never leaves what the partition has, whatever the numbers are", "[eventlog]")
{
    const auto part = [](std::int64_t first, std::int64_t end) {
        PartitionDetail detail;
        detail.first_offset = first;
        detail.end_offset = end;
        return detail;
    };
    CHECK(shifted(part(0, 100), 50, -10) == 40);
    CHECK(shifted(part(0, 100), 50, 10) == 60);
    CHECK(shifted(part(45, 100), 50, -10) == 45);
    CHECK(shifted(part(0, 55), 50, 10) == 55);
    CHECK(shifted(part(10, 55), 5, 0) == 10); // cleared away meanwhile
    CHECK(shifted(part(0, 3), 9, -1) == 2);   // the topic was made anew
    std::mt19937_64 chance(7);
    const auto any = [&chance] { return static_cast<std::int64_t>(chance() >> (chance() % 64)); };
    for (int round = 0; round < 10'000; ++round) {
        const std::int64_t one = any() & INT64_MAX, other = any() & INT64_MAX;
        const PartitionDetail detail = part(std::min(one, other), std::max(one, other));
        const std::int64_t to = shifted(detail, any(), any());
        CHECK((to >= detail.first_offset && to <= detail.end_offset));
    }
}
