#include "tests/support/live_contract.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace harvest::test;

namespace {

// What the contract of a link says to a reply, after these requests.
std::string told(const std::vector<std::string>& said, const std::string& frame, std::string_view channel = "connsrv")
{
    LiveContract contract(channel);
    for (const std::string& each : said) contract.said(each);
    return contract.told(frame);
}

const std::string ask = R"({"op":"chat.join","id":1,"data":{"channel":"room:a"}})";

} // namespace

TEST_CASE("A reply is held against asyncapi.yaml: its op, its members and their values", "[connsrv]")
{
    CHECK(told({ask}, R"({"re":1,"data":{"channel":"room:a"}})").empty());
    CHECK(told({ask}, R"({"re":1,"error":{"code":"x","message":"y"}})").empty());
    CHECK(told({}, R"({"re":0,"error":{"code":"x","message":"y"}})").empty());

    CHECK(told({ask}, R"({"re":2,"data":{"channel":"room:a"}})") == "answers what nobody asked");
    CHECK(told({}, R"({"re":2,"error":{"code":"x","message":"y"}})") == "answers what nobody asked");
    CHECK(told({ask}, R"({"re":1,"data":{}})") == "does not fit the reply of chat.join: data.channel: is missing");
    CHECK(told({ask}, R"({"re":1,"data":{"channel":"room:a","size":2}})") ==
          "does not fit the reply of chat.join: data.size: is not known");
    CHECK(told({ask}, R"({"re":1,"data":{"channel":"room:a"},"seq":2})") ==
          "does not fit the reply of chat.join: seq: is not known");
    CHECK(told({ask}, R"({"re":1,"error":{"code":"x"}})") == "error.message: is missing");
    CHECK(told({ask}, R"({"re":1,"error":{"code":"x","message":"y","hint":"z"}})") == "error.hint: is not known");
    CHECK(told({ask}, R"([1])") == "is no JSON object");
    CHECK(told({ask}, R"({"data":{}})") == "is neither a reply nor a push");
}

TEST_CASE("A request that does not fit asyncapi.yaml may be refused, but not answered", "[connsrv]")
{
    const std::string answer = R"({"re":1,"data":{"channel":"room:a"}})";
    const std::vector<std::pair<std::string, std::string>> rows{
        {R"({"op":"chat.yodel","id":1,"data":{}})", "is not in the document"},
        {R"({"op":"chat.join","id":1,"data":{"room":"a"}})", "data.channel: is missing"},
        {R"({"op":"chat.join","id":1,"data":{"channel":"room:a","loud":true}})", "data.loud: is not known"},
        {R"({"op":"chat.join","id":1,"data":{"channel":"room:a"},"trace":"x"})", "trace: is not known"},
        {R"({"op":"chat.join","id":1,"data":{"channel":7}})", "data.channel: is not a string"},
        {R"({"op":"battle.state","id":1})", "is not in the document"}, // an instance's
    };
    for (const auto& [request, fault] : rows) {
        INFO(request);
        CHECK(told({request}, R"({"re":1,"error":{"code":"x","message":"y"}})").empty());
        CHECK(told({request}, answer).ends_with(" that does not fit: " + fault));
    }
    CHECK(told({ask, rows[0].first}, answer).empty()); // one of two with that id was answered
    CHECK(told({R"({"op":"battle.state","id":1})"}, R"({"re":1,"data":{"phase":"nonces","command":0,"last_seq":0}})",
               "instance")
              .empty());
}

TEST_CASE("A push is held against asyncapi.yaml", "[connsrv]")
{
    CHECK(told({}, R"({"op":"farm.ripe","seq":1,"data":{"plots":[1,36]}})").empty());
    CHECK(told({}, R"({"op":"farm.ripe","seq":1,"data":{"plots":[37]}})") == "data.plots[0]: is above 36");
    CHECK(told({}, R"({"op":"farm.ripe","data":{"plots":[]}})") == "seq: is missing");
    CHECK(told({}, R"({"op":"farm.ripe","seq":-1,"data":{"plots":[]}})") == "seq: is below 0");
    CHECK(told({}, R"({"op":"farm.ripe","seq":1,"data":{}})") == "data.plots: is missing");
    CHECK(told({}, R"({"op":"farm.eaten","seq":1,"data":{}})") == "is a push that is not in the document");
    CHECK(told({}, R"({"op":"farm.ripe","seq":1,"data":{"plots":[]}})", "instance") ==
          "is a push that is not in the document");
}
