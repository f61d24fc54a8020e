// Friends, blocks and notifications over REST, from the request to the other's live link.
#include "common/protocol/problem.hpp"
#include "common/protocol/session.hpp"
#include "common/protocol/social.hpp"
#include "tests/unit/gateway/world.hpp"

using namespace harvest;
using namespace harvest::test;
using protocol::FriendState;

namespace {

struct Villager : Person {
    using Person::Person;
    HttpResponse ask(const Person& other) { return send("POST", "friends", R"({"player":")" + other.id() + R"("})"); }
    HttpResponse accept(const Person& other) { return send("PUT", "friends/" + other.id()); }
    HttpResponse part(const Person& other) { return send("DELETE", "friends/" + other.id()); }
    HttpResponse block(const Person& other) { return send("PUT", "blocks/" + other.id()); }
    HttpResponse unblock(const Person& other) { return send("DELETE", "blocks/" + other.id()); }
    std::vector<protocol::FriendInfo> friends(const std::string& query = "")
    {
        return body_of<protocol::FriendList>(send("GET", "friends", "", query)).items;
    }
    protocol::NotificationList notifications()
    {
        return body_of<protocol::NotificationList>(send("GET", "notifications"));
    }
};

// Two players, of whom bob is connected to connsrv-0, which writes down what it is to push.
struct Village {
    Village() : ada(world, "Ada"), bob(world, "Bob")
    {
        world.rpc.serve("connsrv", "connsrv-0", world.loop.get_executor(),
                        [this](RpcRequest request) { return note(std::move(request)); });
        PlayerPresence entry{bob.tokens.player, bob.tokens.session, "connsrv-0", "desktop", "away"};
        REQUIRE(world.wait(world.presence.put(std::move(entry), 60s, world.by())).has_value());
    }
    ~Village() { world.rpc.withdraw("connsrv", "connsrv-0"); }

    AsyncResult<std::string> note(RpcRequest request)
    {
        const auto push = protocol::decode<protocol::PushRequest>(request.body);
        if (!push || request.method != "push") co_return Errc::invalid_argument;
        pushes.push_back(*push);
        co_return std::string(R"({"sessions":1})");
    }

    GatewayWorld world;
    Villager ada, bob;
    std::vector<protocol::PushRequest> pushes;
};

} // namespace

TEST_CASE("ask, be told, accept: both are friends and see who is there", "[gateway][social]")
{
    Village village;
    Villager &ada = village.ada, &bob = village.bob;
    const auto asked = body_of<protocol::FriendInfo>(ada.send("POST", "friends", R"({"name":"bOB"})"));
    CHECK(asked.player == bob.tokens.player);
    CHECK(asked.name == "Bob");
    CHECK(asked.state == FriendState::outgoing);
    CHECK(asked.since == to_rfc3339(village.world.clock.now()));
    REQUIRE(village.pushes.size() == 1);
    CHECK(village.pushes[0].player == bob.tokens.player);
    CHECK(village.pushes[0].op == "notify.new");
    const auto pushed = protocol::decode<protocol::NotificationInfo>(village.pushes[0].data.text);
    REQUIRE(pushed.has_value());
    CHECK(pushed->kind == "friend_requested");
    CHECK(pushed->name == "Ada");

    const protocol::NotificationList told = bob.notifications();
    REQUIRE(told.items.size() == 1);
    CHECK(told.unread == 1);
    CHECK(protocol::encode(told.items[0]) == protocol::encode(*pushed));
    CHECK(body_of<protocol::ReadReply>(bob.send("POST", "notifications/read", R"({"up_to":1})")).unread == 0);
    CHECK(bob.notifications().items[0].read);

    CHECK(bob.friends().at(0).state == FriendState::incoming);
    CHECK_FALSE(bob.friends().at(0).presence);
    CHECK(body_of<protocol::FriendInfo>(bob.accept(ada)).state == FriendState::friends);
    CHECK(bob.accept(ada).status == 200); // again is nothing new
    CHECK(village.pushes.size() == 1);    // ada is away: it is kept
    CHECK(ada.notifications().items.at(0).kind == "friend_accepted");
    CHECK(ada.friends().at(0).presence == "away");
    CHECK(bob.friends().at(0).presence == "offline");
    CHECK(ada.friends("state=friends").size() == 1);
    CHECK(ada.friends("state=outgoing").empty());
    CHECK(village.world.count_events("harvest.user.friend.requested.v1") == 1);
    CHECK(village.world.count_events("harvest.user.friend.accepted.v1") == 1);

    CHECK(ada.part(bob).status == 204);
    CHECK(ada.part(bob).status == 204);
    CHECK(ada.friends().empty());
    CHECK(bob.friends().empty());
}

TEST_CASE("friend requests that make no sense are refused with their code and change nothing", "[gateway][social]")
{
    Village village;
    Villager &ada = village.ada, &bob = village.bob;
    const auto code = [&](const std::string& body) { return code_of(ada.send("POST", "friends", body)); };
    CHECK(code("{}") == "invalid_argument");
    CHECK(code(R"({"name":"Bob","player":")" + bob.id() + R"("})") == "invalid_argument");
    CHECK(code(R"({"name":"Nobody"})") == "social.no_such_player");
    CHECK(code(R"({"player":"p_1"})") == "invalid_argument");
    CHECK(code(R"({"player":"p_01JDC8Z5K7QMBW2X9T4R6V0HNE"})") == "social.no_such_player");
    CHECK(code(R"({"name":"Ada"})") == "social.self");
    CHECK(code(R"({"name":"Bob","note":"hi"})") == "invalid_argument");
    CHECK(ada.ask(ada).status == 400);
    CHECK(code_of(ada.accept(bob)) == "social.no_request");
    CHECK(ada.accept(bob).status == 404);
    CHECK(code_of(ada.send("PUT", "friends/p_1")) == "social.no_such_player");
    CHECK(code_of(ada.block(ada)) == "social.self");
    CHECK(code_of(ada.send("GET", "friends", "", "state=foes")) == "invalid_argument");
    CHECK(code_of(ada.send("GET", "friends", "", "cursor=1")) == "invalid_argument");
    CHECK(code_of(ada.send("GET", "blocks", "", "cursor=1")) == "invalid_argument");
    CHECK(code_of(ada.send("GET", "notifications", "", "cursor=0")) == "invalid_argument");
    CHECK(code_of(ada.send("GET", "notifications", "", "cursor=1x")) == "invalid_argument");
    CHECK(code_of(ada.send("POST", "notifications/read", R"({"up_to":0})")) == "invalid_argument");
    CHECK(ada.friends().empty());
    CHECK(village.pushes.empty());
    CHECK(ada.ask(bob).status == 200);
    CHECK(code_of(ada.ask(bob)) == "social.already_asked");
    CHECK(ada.ask(bob).status == 409);
    CHECK(village.pushes.size() == 1);
    CHECK(bob.ask(ada).status == 200); // a crossing request is an acceptance
    CHECK(code_of(ada.ask(bob)) == "social.already_friends");
}

TEST_CASE("a block ends a friendship, and whoever is blocked is not told", "[gateway][social]")
{
    Village village;
    Villager &ada = village.ada, &bob = village.bob;
    Villager cid(village.world, "Cid");
    CHECK(ada.ask(bob).status == 200);
    CHECK(bob.accept(ada).status == 200);
    village.pushes.clear();
    CHECK(bob.block(ada).status == 204);
    CHECK(bob.block(ada).status == 204);
    const auto blocks = body_of<protocol::BlockList>(bob.send("GET", "blocks"));
    REQUIRE(blocks.items.size() == 1);
    CHECK(blocks.items[0].name == "Ada");
    CHECK_FALSE(blocks.next_cursor);
    CHECK(body_of<protocol::BlockList>(ada.send("GET", "blocks")).items.empty());
    CHECK(ada.friends().empty());
    CHECK(ada.notifications().items.size() == 1); // that bob accepted, once
    CHECK(bob.notifications().items.empty());

    // The same answer as for somebody who does not look at requests.
    const HttpResponse unheard = ada.ask(bob), heard = ada.ask(cid);
    CHECK(unheard.status == heard.status);
    CHECK(body_of<protocol::FriendInfo>(unheard).state == body_of<protocol::FriendInfo>(heard).state);
    CHECK(ada.friends("state=outgoing").size() == 2);
    CHECK(village.pushes.empty());
    CHECK(bob.friends().empty());
    CHECK(bob.notifications().items.empty());
    CHECK(code_of(ada.ask(bob)) == "social.already_asked");
    CHECK(code_of(bob.ask(ada)) == "social.blocked");
    CHECK(code_of(bob.accept(ada)) == "social.no_request");
    CHECK(bob.unblock(ada).status == 204);
    CHECK(bob.unblock(ada).status == 204);
    CHECK(ada.ask(bob).status == 200);
    CHECK(village.pushes.size() == 1);
}

TEST_CASE("friends, blocks and notifications page by cursor", "[gateway][social]")
{
    gateway::Config config = test_gateway_config();
    config.limits.write.burst = 1'000;
    GatewayWorld world(std::move(config));
    Villager ada(world, "Ada");
    for (int i = 0; i < 51; ++i) {
        NewAccount fresh;
        fresh.account.id = new_id<PlayerId>(world.clock, world.entropy);
        fresh.account.name = "player" + std::to_string(i);
        fresh.account.created_at = world.clock.now();
        const PlayerId other = fresh.account.id;
        REQUIRE(world.wait(world.accounts.create(std::move(fresh), world.by())).has_value());
        SocialOrder order;
        order.player = other;
        order.other = ada.tokens.player;
        order.at = world.clock.now();
        order.event = new_id<EventId>(world.clock, world.entropy);
        order.source = "test";
        REQUIRE(world.wait(world.social.ask(std::move(order), world.by())).has_value());
    }
    const auto first = body_of<protocol::FriendList>(ada.send("GET", "friends"));
    CHECK(first.items.size() == 50);
    REQUIRE(first.next_cursor);
    const auto last =
        body_of<protocol::FriendList>(ada.send("GET", "friends", "", "cursor=" + first.next_cursor->value));
    CHECK(last.items.size() == 1);
    CHECK_FALSE(last.next_cursor);
    const auto told = body_of<protocol::NotificationList>(ada.send("GET", "notifications"));
    CHECK(told.items.size() == 50);
    CHECK(told.unread == 51);
    CHECK(told.items.front().number == 51);
    REQUIRE(told.next_cursor);
    const auto older = body_of<protocol::NotificationList>(
        ada.send("GET", "notifications", "", "cursor=" + std::to_string(*told.next_cursor)));
    REQUIRE(older.items.size() == 1);
    CHECK(older.items[0].number == 1);
    std::vector<PlayerId> everybody;
    for (const protocol::FriendInfo& each : first.items) everybody.push_back(each.player);
    everybody.push_back(last.items[0].player);
    for (const PlayerId& each : everybody) CHECK(ada.send("PUT", "blocks/" + each.value).status == 204);
    const auto blocked = body_of<protocol::BlockList>(ada.send("GET", "blocks"));
    CHECK(blocked.items.size() == 50);
    REQUIRE(blocked.next_cursor);
    CHECK(body_of<protocol::BlockList>(ada.send("GET", "blocks", "", "cursor=" + blocked.next_cursor->value))
              .items.size() == 1);
    CHECK(ada.friends().empty());
    CHECK(ada.notifications().items.empty());
}
