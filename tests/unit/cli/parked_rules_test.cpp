#include "cli/api/parked_rules.hpp"
#include "common/base/encoding.hpp"
#include "tests/support/catch_result.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace harvest;
using namespace harvest::cli::api;

namespace {

constexpr const char* id = "parked:harvest.chat:2:17";
constexpr const char* deleted =
    R"({"message":"c_1","channel":"room:test","number":3,"at":"2026-11-23T01:00:00.000Z","to":[]})";

protocol::ParkedRecord record(const std::string& value = deleted, const std::string& key = "room:test")
{
    return {"why", "harvest.chat", 2, 17, "match", to_base64url(as_bytes(key)), to_base64url(as_bytes(value)), {}, {}};
}

protocol::ParkedRecord event_record(const std::string& event)
{
    protocol::ParkedRecord made = record();
    made.event = protocol::EventHead{event, std::string(protocol::event_type::chat_deleted), "chat-0",
                                     "2026-11-23T01:00:00.000Z", std::nullopt};
    return made;
}

Parked parked(protocol::ParkedRecord of)
{
    Event kept;
    kept.id = EventId{id};
    kept.type = protocol::event_type::parked;
    kept.time = Millis{5'000};
    kept.data = protocol::encode(of);
    return {"harvest.chat.parked", kept, std::move(of), ParkedState::parked};
}

StoredEvent stored(Event event)
{
    return {"harvest.chat.parked", 0, 0, std::move(event)};
}

Result<Event> redriven(const protocol::ParkedRecord& of, std::string& why, const std::string& type = "",
                       std::int64_t most = 3)
{
    return redriven_event(parked(of), type, most, why);
}

} // namespace

TEST_CASE("An event that is put back counts how often, and remembers its first id", "[parked]")
{
    using namespace harvest::protocol;
    CHECK(next_redriven(EventId{"e_1"}).value == "e_1~1");
    CHECK(next_redriven(EventId{"e_1~1"}).value == "e_1~2");
    CHECK(next_redriven(EventId{"e_1~9"}).value == "e_1~10");
    for (const char* other : {"", "~1", "e~", "e~0", "e~01", "e~x", "e~1000", "e~1x"}) {
        INFO(other);
        CHECK(times_redriven(EventId{other}) == 0);
        CHECK(first_id(EventId{other}).value == other);
    }
    EventId at{"e_1"};
    for (int times = 1; times < 100; ++times) {
        at = next_redriven(at);
        CHECK(times_redriven(at) == times);
        CHECK(first_id(at).value == "e_1");
    }
}

TEST_CASE("An event comes back as it was, under its next id", "[parked]")
{
    std::string why;
    const Result<Event> event = redriven(event_record("e_7"), why);
    INFO(why);
    REQUIRE(event);
    CHECK(event->id.value == "e_7~1");
    CHECK(event->type == protocol::event_type::chat_deleted);
    CHECK(event->source == "chat-0");
    CHECK(event->subject == "room:test");
    CHECK(to_rfc3339(event->time) == "2026-11-23T01:00:00.000Z");
    CHECK(event->data == deleted);
    CHECK(redriven(event_record("e_7~2"), why)->id.value == "e_7~3");
    CHECK(redriven(event_record("e_7~3"), why).error() == Errc::resource_exhausted);
    CHECK(why == "it was redriven 3 times and came back");
    CHECK(redriven(event_record("e_7~3"), why, "", 4)->id.value == "e_7~4");
}

TEST_CASE("A record that was no event becomes one if it can, else it is said why not", "[parked]")
{
    std::string why;
    CHECK(redriven(record(), why).error() == Errc::invalid_argument);
    CHECK(why == "it tells no type: give --type");
    const std::string type(protocol::event_type::chat_deleted);
    why.clear();
    const Result<Event> made = redriven(record(), why, type);
    INFO(why);
    REQUIRE(made);
    CHECK(made->id.value == "redriven:harvest.chat:2:17");
    CHECK(made->source == "operator");
    CHECK(made->time == Millis{5'000});
    protocol::ParkedRecord telling = record();
    telling.remains = protocol::EventHead{"e_8", type, "kcat", "2026-11-23T02:00:00.000Z", std::nullopt};
    const Result<Event> kept = redriven(telling, why, "harvest.user.login.v1");
    REQUIRE(kept);
    CHECK(kept->id.value == "e_8"); // nobody has had it: no "~1"
    CHECK(kept->type == type);
    CHECK(to_rfc3339(kept->time) == "2026-11-23T02:00:00.000Z");
    struct Row {
        protocol::ParkedRecord record;
        const char *type, *why;
    };
    const Row rows[] = {
        {record(deleted, "\xff"), "harvest.chat.message.deleted.v1", "its key is no text"},
        {record(deleted, ""), "harvest.chat.message.deleted.v1", "its key is no text"},
        {record("{}"), "harvest.chat.message.deleted.v1", "data.message: is missing"},
        {record("\xff\xfe"), "harvest.chat.message.deleted.v1", nullptr},
        {record(), "harvest.user.login.v1", "type: harvest.user.login.v1 belongs to harvest.user"},
    };
    for (const Row& row : rows) {
        why.clear();
        CHECK(redriven(row.record, why, row.type).error() == Errc::invalid_argument);
        if (row.why)
            CHECK(why == row.why);
        else
            CHECK_FALSE(why.empty());
    }
}

TEST_CASE("What became of a record does not depend on the order or number of its events", "[parked]")
{
    const Event kept = parked(record()).kept;
    std::vector<Event> events{kept, kept, settled_event(id, "", Millis{1}), settled_event(id, "e_1", Millis{2}),
                              settled_event("parked:harvest.chat:2:18", "e_2", Millis{2})};
    std::mt19937_64 chance(5);
    for (int round = 0; round < 200; ++round) {
        std::ranges::shuffle(events, chance);
        const std::size_t count = chance() % events.size() + 1;
        bool there = false, dropped = false, redriven = false;
        ParkedRecords records({id});
        for (std::size_t i = 0; i < count; ++i) {
            records.take(stored(events[i]));
            there = there || events[i].id.value == id;
            dropped = dropped || events[i].id.value == std::string("dropped:") + id;
            redriven = redriven || events[i].id.value == std::string("redriven:") + id;
        }
        REQUIRE(records.found().size() == (there ? 1 : 0));
        if (!there) continue;
        const ParkedState state = records.found().at(id).state;
        CHECK(state == (redriven ? ParkedState::redriven : dropped ? ParkedState::dropped : ParkedState::parked));
    }
}
