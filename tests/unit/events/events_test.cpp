#include "common/protocol/battle_log.hpp"
#include "common/protocol/chat_events.hpp"
#include "common/protocol/event_schemas.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/groups.hpp"
#include "common/protocol/json_schema.hpp"
#include "common/protocol/tournaments.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/unit/events/evolution.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace harvest;
using namespace harvest::protocol;
using namespace harvest::test;

namespace {

const std::filesystem::path golden = "tests/unit/events/golden";
const std::filesystem::path released = "tests/unit/events/released"; // the schemas of the last release

std::string text_of(const std::filesystem::path& path)
{
    std::ifstream file(path);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::set<std::string> types_in(const std::filesystem::path& folder)
{
    std::set<std::string> types;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) types.insert(entry.path().stem().string());
    return types;
}

template <class T>
std::string written_again(const std::string& text)
{
    std::string why;
    const Result<T> read = decode<T>(text, &why);
    return read ? encode(*read) : why;
}

struct Reader {
    std::string_view type;
    std::string (*again)(const std::string&);
};

// What reads each type that the source emits (tests/operation/event_types.sh compares with it).
constexpr Reader readers[] = {
    {event_type::user_registered, written_again<UserRegistered>},
    {event_type::user_login, written_again<UserEvent>},
    {event_type::user_logout, written_again<UserEvent>},
    {event_type::user_renamed, written_again<UserEvent>},
    {event_type::user_deleted, written_again<UserEvent>},
    {event_type::session_revoked, written_again<SessionRevoked>},
    {event_type::user_sanctioned, written_again<UserSanctioned>},
    {event_type::match_started, written_again<MatchStarted>},
    {event_type::match_ended, written_again<MatchEnded>},
    {event_type::match_aborted, written_again<MatchAbortedEvent>},
    {event_type::farm_planted, written_again<FarmPlanted>},
    {event_type::farm_watered, written_again<FarmWatered>},
    {event_type::farm_harvested, written_again<FarmHarvested>},
    {event_type::farm_expanded, written_again<FarmExpanded>},
    {event_type::market_opened, written_again<MarketOpened>},
    {event_type::market_traded, written_again<MarketTraded>},
    {event_type::market_closed, written_again<MarketClosed>},
    {event_type::craft_made, written_again<CraftMade>},
    {event_type::craft_dismantled, written_again<CraftDismantled>},
    {event_type::battle_commands, written_again<BattleCommands>},
    {event_type::chat_submitted, written_again<ChatSubmitted>},
    {event_type::chat_posted, written_again<ChatPosted>},
    {event_type::chat_edited, written_again<ChatEdited>},
    {event_type::chat_deleted, written_again<ChatDeleted>},
    {event_type::chat_refused, written_again<ChatRejected>},
    {event_type::chat_submitted_v1, written_again<ChatSubmittedV1>},
    {event_type::chat_posted_v1, written_again<ChatPostedV1>},
    {event_type::chat_edited_v1, written_again<ChatEditedV1>},
    {event_type::friend_requested, written_again<UserPair>},
    {event_type::friend_accepted, written_again<UserPair>},
    {event_type::friend_removed, written_again<FriendRemoved>},
    {event_type::user_blocked, written_again<UserPair>},
    {event_type::user_unblocked, written_again<UserPair>},
    {event_type::group_joined, written_again<GroupJoined>},
    {event_type::group_left, written_again<GroupLeft>},
    {event_type::achievement_earned, written_again<AchievementEarned>},
    {event_type::quest_completed, written_again<QuestCompleted>},
    {event_type::season_ended, written_again<SeasonEnded>},
    {event_type::tournament_ended, written_again<TournamentEnded>},
    {event_type::admin_acted, written_again<AdminActed>},
    {event_type::security_noted, written_again<SecurityNoted>},
    {event_type::instance_scaled, written_again<InstanceScaled>},
    {event_type::daemon_sampled, written_again<DaemonSampled>},
    {event_type::daemon_failed, written_again<DaemonFailed>},
    {event_type::parked, written_again<ParkedRecord>},
    {event_type::parked_settled, written_again<ParkedSettled>},
};

std::string topic_of(const EventSchema& schema)
{
    return schema.topic == "*.parked" ? "harvest.game.parked" : schema.topic;
}

json::object parsed(const char* text)
{
    return json::parse(text).as_object();
}

// Every keyword of a schema, at any depth.
void collect_keywords(const json::object& schema, std::set<std::string>& keywords)
{
    for (const auto& [name, value] : schema) {
        keywords.insert(std::string(name));
        if (name == "items") collect_keywords(value.as_object(), keywords);
        if (name == "properties")
            for (const auto& property : value.as_object()) collect_keywords(property.value().as_object(), keywords);
    }
}

} // namespace

TEST_CASE("Every type of event has one schema and one golden file", "[events]")
{
    std::set<std::string> emitted, described;
    for (const Reader& reader : readers) emitted.insert(std::string(reader.type));
    for (const EventSchema& schema : event_schemas()) described.insert(schema.type);
    CHECK(described == emitted);
    CHECK(types_in("config/schemas/events") == emitted);
    CHECK(types_in(golden) == emitted);
}

TEST_CASE("A golden event is read, is written again byte for byte, and fits its schema", "[events]")
{
    for (const Reader& reader : readers) {
        INFO(reader.type);
        std::string text = text_of(golden / (std::string(reader.type) + ".json"));
        REQUIRE(text.ends_with('\n'));
        text.pop_back();
        CHECK(reader.again(text) == text);
        const EventSchema* schema = find_event_schema(reader.type);
        REQUIRE(schema);
        std::string why;
        CHECK(check_event(topic_of(*schema), reader.type, text, why).has_value());
        CHECK(why.empty());
        // All members are there, so that none goes unnoticed.
        CHECK(json::parse(text).as_object().size() == schema->schema.at("properties").as_object().size());
    }
}

TEST_CASE("A golden event that misses a member, or has one of another type, does not fit", "[events]")
{
    for (const Reader& reader : readers) {
        INFO(reader.type);
        const EventSchema* schema = find_event_schema(reader.type);
        REQUIRE(schema);
        const json::object whole = json::parse(text_of(golden / (std::string(reader.type) + ".json"))).as_object();
        const auto fits = [&](const json::object& data) {
            std::string why;
            const bool good = check_event(topic_of(*schema), reader.type, json::serialize(data), why).has_value();
            CHECK(good == why.empty());
            return good;
        };
        for (const json::value& name : schema->schema.at("required").as_array()) {
            json::object less = whole;
            less.erase(name.as_string());
            CHECK_FALSE(fits(less));
        }
        for (const auto& [name, value] : whole) {
            json::object wrong = whole;
            wrong[name] = nullptr;
            CHECK_FALSE(fits(wrong));
        }
        json::object more = whole;
        more["nobody_knows_this"] = 1;
        CHECK_FALSE(fits(more));
        CHECK(schema_fault(schema->schema, more, Unknown::ignore).empty()); // a reader does not mind it
    }
}

TEST_CASE("An event is refused where its type or topic is wrong, with what was meant", "[events]")
{
    std::string why;
    CHECK_FALSE(check_event("harvest.user", "harvest.user.loggin.v1", "{}", why));
    CHECK(why == "type: 'harvest.user.loggin.v1' is not known; did you mean harvest.user.login.v1");
    CHECK_FALSE(check_event("harvest.game", "harvest.user.login.v1", "{}", why));
    CHECK(why == "type: harvest.user.login.v1 belongs to harvest.user");
    CHECK_FALSE(check_event("harvest.user", "harvest.user.login.v1", R"({"player":"m_1"})", why));
    CHECK(why == "data.player: does not match ^p_");
    CHECK_FALSE(check_event("harvest.user", "harvest.user.login.v1", "{", why));
    CHECK_FALSE(check_event("harvest.user", "harvest.user.login.v1", "[]", why));
    CHECK(why == "data: is not an object");
}

TEST_CASE("schema: each keyword refuses what does not fit, with its place", "[events]")
{
    const json::object schema = parsed(R"({"type":"object","required":["a"],"properties":{
        "a":{"type":"array","minItems":1,"maxItems":3,"items":{"type":"object","required":[],"properties":{
            "n":{"type":"integer","minimum":-1,"maximum":9},"s":{"type":"string","maxLength":3,"pattern":"^x"},
            "e":{"enum":["red",2]},"b":{"type":"boolean"},"f":{"type":"number"},"c":{"const":"v1"},
            "l":{"type":"string","minLength":2},
            "m":{"type":"object","additionalProperties":{"type":"integer"}}}}}}})");
    const auto fault = [&](const std::string& element) {
        return schema_fault(schema, json::parse(R"({"a":[)" + element + "]}"), Unknown::refuse);
    };
    CHECK(fault(R"({"n":9,"s":"xöü","e":2,"b":false,"f":1.5})").empty());
    CHECK(fault(R"({"n":10})") == "a[0].n: is above 9");
    CHECK(fault(R"({},{"n":-2})") == "a[1].n: is below -1");
    CHECK(fault(R"({"n":1.0})") == "a[0].n: is not a whole number");
    CHECK(fault(R"({"n":18446744073709551615})") == "a[0].n: is out of range");
    CHECK(fault(R"({"s":"xabc"})") == "a[0].s: is longer than 3 characters");
    CHECK(fault(R"({"s":"y"})") == "a[0].s: does not match ^x");
    CHECK(fault(R"({"e":"blue"})") == R"(a[0].e: is not one of ["red",2])");
    CHECK(fault(R"({"b":0})") == "a[0].b: is not true or false");
    CHECK(fault(R"({"f":"1"})") == "a[0].f: is not a number");
    CHECK(fault(R"({"c":"v1","l":"öü","m":{"eu":1,"us":2}})").empty());
    CHECK(fault(R"({"c":"v2"})") == R"(a[0].c: is not "v1")");
    CHECK(fault(R"({"l":"ö"})") == "a[0].l: is shorter than 2 characters");
    CHECK(fault(R"({"m":{"eu":"1"}})") == "a[0].m.eu: is not a whole number");
    CHECK(fault("7") == "a[0]: is not an object");
    CHECK(fault("") == "a: has fewer than 1 elements");
    CHECK(fault("{},{},{},{}") == "a: has more than 3 elements");
    CHECK(fault(R"({"q":1})") == "a[0].q: is not known");
    CHECK(schema_fault(schema, json::parse("{}"), Unknown::refuse) == "a: is missing");
}

TEST_CASE("The schemas are written in what the validator understands", "[events]")
{
    const std::set<std::string> understood{"$schema",       "$id",      "title",    "description", "x-harvest-topic",
                                           "x-harvest-key", "type",     "required", "properties",  "items",
                                           "enum",          "pattern",  "minimum",  "maximum",     "minItems",
                                           "maxItems",      "maxLength"};
    for (const EventSchema& schema : event_schemas()) {
        INFO(schema.type);
        std::set<std::string> keywords;
        collect_keywords(schema.schema, keywords);
        for (const std::string& keyword : keywords) CHECK(understood.contains(keyword));
        CHECK(schema.schema.at("$id").as_string() == "urn:harvest:event:" + schema.type);
        CHECK(schema.schema.contains("description"));
        for (const json::value& name : schema.schema.at("required").as_array())
            CHECK(schema.schema.at("properties").as_object().contains(name.as_string()));
    }
}

TEST_CASE("Chat events of version 1 are read as those of version 2, with their words in clear", "[events]")
{
    const auto golden_of = [](std::string_view type) { return text_of(golden / (std::string(type) + ".json")); };
    const auto of = [&](auto read, std::string_view old_type, std::string_view new_type, const char* text) {
        INFO(old_type);
        auto old = read(old_type, golden_of(old_type));
        auto now = read(new_type, golden_of(new_type));
        REQUIRE(old);
        REQUIRE(now);
        CHECK(old->clear == ChatWords{"kestrel", text});
        CHECK_FALSE(now->clear);
        CHECK_FALSE(now->sealed.empty());
        now->sealed.clear();
        CHECK(encode(*old) == encode(*now));
        CHECK_FALSE(read(new_type, golden_of(old_type))); // who takes one for the other notices
        CHECK_FALSE(read(old_type, golden_of(new_type)));
    };
    of(read_chat_submitted, event_type::chat_submitted_v1, event_type::chat_submitted, "good game");
    of(read_chat_posted, event_type::chat_posted_v1, event_type::chat_posted, "good game");
    of(read_chat_edited, event_type::chat_edited_v1, event_type::chat_edited, "well played");
    CHECK(is_chat_posted(event_type::chat_posted_v1));
    CHECK(is_chat_posted(event_type::chat_posted));
    CHECK_FALSE(is_chat_posted(event_type::chat_edited));
    CHECK_FALSE(is_chat_edited(event_type::chat_submitted_v1));
    CHECK_FALSE(is_chat_submitted(event_type::chat_deleted));
}

TEST_CASE("No type of the last release has gone or changed in what its readers need", "[events]")
{
    const std::set<std::string> before = types_in(released);
    CHECK(before.size() >= 12);
    for (const std::string& type : before) {
        INFO(type);
        const EventSchema* now = find_event_schema(type);
        REQUIRE(now);
        const json::object then = json::parse(text_of(released / (type + ".json"))).as_object();
        CHECK(breaks(then, now->schema) == std::vector<std::string>{});
        CHECK(then.at("x-harvest-topic") == now->schema.at("x-harvest-topic"));
        CHECK(then.at("x-harvest-key") == now->schema.at("x-harvest-key"));
    }
}

TEST_CASE("A change that a reader cannot follow is found, one that it can is not", "[events]")
{
    const json::object before = parsed(R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"},
        "b":{"type":"array","items":{"type":"object","required":["c"],"properties":{"c":{"enum":[1,2]}}}}}})");
    const auto found = [&](const char* text) { return breaks(before, parsed(text)); };
    using Breaks = std::vector<std::string>;
    CHECK(breaks(before, before).empty());
    CHECK(found(R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"},"new":{"type":"integer"},
        "b":{"type":"array","items":{"type":"object","required":["c"],"properties":{"c":{"enum":[1,2,3]}}}}}})")
              .empty());
    CHECK(found(R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"}}})") == Breaks{"b: is gone"});
    CHECK(found(R"({"type":"object","required":["a","b"],"properties":{"a":{"type":"integer"},
        "b":{"type":"array","items":{"type":"object","required":[],"properties":{"c":{"enum":[1]}}}}}})") ==
          Breaks{"a: has another type", "b[].c: lost the choice 2", "b[].c: is required no longer",
                 "b: is required now"});
    CHECK(found(R"({"type":"object","required":["a","n"],"properties":{"a":{"type":"string"},"n":{"type":"string"},
        "b":{"type":"array","items":{"type":"object","required":["c"],"properties":{"c":{"enum":[1,2]}}}}}})") ==
          Breaks{"n: is required now"});
}
