// Groups over REST, from the request to the invited player's live link.
#include "common/protocol/groups.hpp"
#include "common/protocol/social.hpp"
#include "tests/unit/gateway/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

std::string player_body(const Person& person)
{
    return R"({"player":")" + person.id() + R"("})";
}

} // namespace

TEST_CASE("a group is founded, found, joined by invitation, and left", "[gateway][groups]")
{
    GatewayWorld world;
    Person ada(world, "Ada"), bob(world, "Bob");
    CHECK(code_of(ada.send("GET", "group")) == "group.not_a_member");
    const HttpResponse founded =
        ada.send("POST", "groups", R"({"name":"Green Thumbs","about":"We grow.","open":false})");
    REQUIRE(founded.status == 201);
    const auto group = body_of<protocol::GroupDetail>(founded);
    CHECK(group.members == 1);
    REQUIRE(group.roster.size() == 1);
    CHECK(group.roster[0].role == protocol::GroupRole::leader);
    const std::string path = "groups/" + group.group.value;

    const auto page = body_of<protocol::GroupList>(bob.send("GET", "groups", "", "name=green"));
    REQUIRE(page.items.size() == 1);
    CHECK(page.items[0].name == "Green Thumbs");
    CHECK(code_of(bob.send("POST", path + "/join")) == "group.not_invited");
    CHECK(ada.send("POST", "group/invites", player_body(bob)).status == 204);
    const auto invites = body_of<protocol::GroupInviteList>(bob.send("GET", "group/invites"));
    REQUIRE(invites.items.size() == 1);
    CHECK(invites.items[0].by.value == ada.id());
    const auto told = body_of<protocol::NotificationList>(bob.send("GET", "notifications"));
    REQUIRE(told.items.size() == 1);
    CHECK(told.items[0].kind == "group_invited");
    const auto joined = body_of<protocol::GroupDetail>(bob.send("POST", path + "/join"));
    CHECK(joined.roster.size() == 2);

    CHECK(ada.send("PUT", "group/members/" + bob.id(), R"({"role":"elder"})").status == 204);
    CHECK(body_of<protocol::GroupDetail>(bob.send("PATCH", "group", R"({"open":true})")).open);
    CHECK(code_of(bob.send("DELETE", "group/members/" + ada.id())) == "group.not_allowed");
    CHECK(ada.send("DELETE", "group").status == 204);
    const auto left = body_of<protocol::GroupDetail>(bob.send("GET", "group"));
    REQUIRE(left.roster.size() == 1);
    CHECK(left.roster[0].role == protocol::GroupRole::leader);
    CHECK(bob.send("DELETE", "group").status == 204);
    CHECK(code_of(bob.send("GET", path)) == "group.no_such_group");
}

TEST_CASE("groups with spaces in their names are found, and none is skipped from page to page", "[gateway][groups]")
{
    GatewayWorld world;
    Person ada(world, "Ada"), bob(world, "Bob"), eve(world, "Eve");
    REQUIRE(ada.send("POST", "groups", R"({"name":"Sunny Acres"})").status == 201);
    REQUIRE(bob.send("POST", "groups", R"({"name":"Sunny Farm"})").status == 201);
    REQUIRE(eve.send("POST", "groups", R"({"name":"Sunny Meadow"})").status == 201);
    const auto names = [&](const std::string& query) {
        std::string all;
        for (const auto& group : body_of<protocol::GroupList>(ada.send("GET", "groups", "", query)).items)
            all += group.name + ";";
        return all;
    };
    CHECK(names("name=sunny%20f") == "Sunny Farm;");
    CHECK(names("name=sunny+f") == "Sunny Farm;");
    CHECK(names("cursor=Sunny%20Farm&name=sunny") == "Sunny Meadow;");
    CHECK(names("cursor=Sunny%20Acres") == "Sunny Farm;Sunny Meadow;");
    for (const char* bad : {"name=sunny%2", "name=%0afarm", "cursor=%zz"})
        CHECK(code_of(ada.send("GET", "groups", "", bad)) == "invalid_argument");
}

TEST_CASE("what is wrong with a request about groups has its own code", "[gateway][groups]")
{
    GatewayWorld world;
    Person ada(world, "Ada"), bob(world, "Bob"), eve(world, "Eve");
    const std::string nobody = "p_01HZZZZZZZZZZZZZZZZZZZZZZA", nowhere = "g_01HZZZZZZZZZZZZZZZZZZZZZZA";
    for (const char* name : {"ab", " abc", "abc ", "a  b", "a\\u0007bc", "a<b>c", "0123456789012345678901234567890"}) {
        const std::string body = std::string(R"({"name":")") + name + R"("})";
        CHECK(code_of(ada.send("POST", "groups", body)) == "group.bad_name");
    }
    CHECK(code_of(ada.send("POST", "groups", R"({"name":"Hedge","about":"\u001b[2J"})")) == "group.bad_about");
    CHECK(code_of(ada.send("POST", "groups", R"({"name":"Hedge","about":")" + std::string(201, 'x') + R"("})")) ==
          "group.bad_about");
    CHECK(code_of(ada.send("POST", "groups", R"({"title":"Hedge"})")) == "invalid_argument");
    const auto group = body_of<protocol::GroupDetail>(ada.send("POST", "groups", R"({"name":"Hedge"})"));
    CHECK(group.open);
    CHECK(code_of(bob.send("POST", "groups", R"({"name":"hedge"})")) == "group.name_taken");
    CHECK(code_of(ada.send("POST", "groups", R"({"name":"Another"})")) == "group.already_in_one");
    CHECK(code_of(ada.send("PATCH", "group", "{}")) == "invalid_argument");
    CHECK(code_of(bob.send("PATCH", "group", R"({"open":false})")) == "group.not_a_member");
    CHECK(code_of(bob.send("POST", "groups/" + nowhere + "/join")) == "group.no_such_group");
    CHECK(code_of(bob.send("GET", "groups/nonsense")) == "group.no_such_group");
    CHECK(code_of(bob.send("DELETE", "group/invites/nonsense")) == "group.no_such_group");
    CHECK(code_of(ada.send("POST", "group/invites", player_body(ada))) == "social.self");
    CHECK(code_of(ada.send("POST", "group/invites", R"({"player":")" + nobody + R"("})")) == "social.no_such_player");
    CHECK(code_of(ada.send("PUT", "group/members/" + bob.id(), R"({"role":"elder"})")) == "group.not_a_member");
    CHECK(code_of(ada.send("PUT", "group/members/" + bob.id(), R"({"role":"king"})")) == "invalid_argument");
    CHECK(code_of(ada.send("DELETE", "group/members/" + nobody)) == "group.not_a_member");
    CHECK(bob.send("POST", "groups/" + group.group.value + "/join").status == 200);
    CHECK(code_of(ada.send("POST", "group/invites", player_body(bob))) == "group.already_a_member");
    CHECK(code_of(bob.send("POST", "group/invites", player_body(eve))) == "group.not_allowed");
    CHECK(code_of(ada.send("GET", "groups", "", "colour=red")) == "invalid_argument");
}

TEST_CASE("a change of a group whose roster cannot be read afterwards is in doubt, not refused", "[gateway][groups]")
{
    GatewayWorld world;
    Person ada(world, "Ada"), bob(world, "Bob");
    for (const Errc why : {Errc::resource_exhausted, Errc::unavailable}) {
        world.groups.no_roster = why;
        CHECK(code_of(ada.send("POST", "groups", R"({"name":"Hedge"})")) == "in_doubt");
        CHECK(code_of(ada.send("GET", "group")) == wire_code(make_error_code(why))); // nothing was to be changed
        CHECK(code_of(ada.send("PATCH", "group", R"({"about":"We grow."})")) == "in_doubt");
        world.groups.no_roster.reset();
        const auto group = body_of<protocol::GroupDetail>(ada.send("GET", "group"));
        CHECK(group.about == "We grow.");
        world.groups.no_roster = why;
        const std::string join = "groups/" + group.group.value + "/join";
        CHECK(code_of(bob.send("POST", join)) == "in_doubt");
        CHECK(code_of(bob.send("POST", join)) == "group.already_in_one");
        for (Person* each : {&bob, &ada}) CHECK(each->send("DELETE", "group").status == 204);
    }
}
