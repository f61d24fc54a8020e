// notify.list and notify.read: what /v1/notifications does, for the player who is signed in.
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

#include <algorithm>

using namespace harvest;
using namespace harvest::test;

namespace {

// `from` asks `to` for friendship: one notification for `to`.
Task<void> ask_for_friendship(World& world, const Player& from, const Player& to)
{
    SocialOrder order;
    order.player = from.id;
    order.other = to.id;
    order.at = world.clock.now();
    order.event = world.id<EventId>();
    order.source = "test";
    const Result<FriendChange> asked = co_await world.social->ask(std::move(order), world.soon());
    if (!asked) throw std::runtime_error("no request: " + asked.error().message());
}

Task<protocol::NotificationList> list(LiveClient& live, std::string data = "{}")
{
    const Result<std::string> reply = co_await live.call("notify.list", std::move(data));
    if (!reply) throw std::runtime_error("no list: " + live.error_text);
    co_return *protocol::decode<protocol::NotificationList>(*reply);
}

Task<std::int64_t> unread_after(LiveClient& live, std::string data)
{
    const Result<std::string> reply = co_await live.call("notify.read", std::move(data));
    if (!reply) throw std::runtime_error("not read: " + live.error_text);
    co_return protocol::decode<protocol::ReadReply>(*reply)->unread;
}

} // namespace

TEST_CASE("A live client lists its notifications and marks them as read, each player their own", "[connsrv][notify]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        co_await ask_for_friendship(world, bob, ann);
        co_await ask_for_friendship(world, eve, ann);
        co_await ask_for_friendship(world, eve, bob);
        auto live = co_await world.signed_in(ann);
        auto other = co_await world.signed_in(bob);
        protocol::NotificationList mine = co_await list(*live);
        REQUIRE(mine.items.size() == 2);
        CHECK(mine.unread == 2);
        CHECK(mine.items[0].number == 2);
        CHECK(mine.items[0].name == "eve");
        CHECK(mine.items[0].kind == "friend_requested");
        CHECK_FALSE(mine.items[0].read);
        CHECK(mine.items[1].player == bob.id);
        CHECK_FALSE(mine.next_cursor);

        std::int64_t left = co_await unread_after(*live, R"({"up_to":1})");
        CHECK(left == 1);
        left = co_await unread_after(*live, R"({"up_to":1})");
        CHECK(left == 1);
        mine = co_await list(*live);
        CHECK(mine.unread == 1);
        CHECK_FALSE(mine.items[0].read);
        CHECK(mine.items[1].read);
        const protocol::NotificationList theirs = co_await list(*other);
        REQUIRE(theirs.items.size() == 1);
        CHECK(theirs.unread == 1);
    });
}

TEST_CASE("Notifications come in pages over a live link", "[connsrv][notify]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann");
    std::vector<Player> askers;
    for (int i = 0; i < 53; ++i) askers.push_back(world.new_player("asker" + std::to_string(i)));
    world.play([&]() -> Task<void> {
        for (const Player& asker : askers) co_await ask_for_friendship(world, asker, ann);
        auto live = co_await world.signed_in(ann);
        const protocol::NotificationList first = co_await list(*live);
        REQUIRE(first.items.size() == 50);
        CHECK(first.unread == 53);
        REQUIRE(first.next_cursor);
        std::string data = R"({"cursor":)" + std::to_string(*first.next_cursor) + "}";
        const protocol::NotificationList rest = co_await list(*live, std::move(data));
        REQUIRE(rest.items.size() == 3);
        CHECK(rest.items[0].number == first.items.back().number - 1);
        CHECK(rest.items[2].number == 1);
        CHECK(rest.unread == 53);
        CHECK_FALSE(rest.next_cursor);
        const std::int64_t left = co_await unread_after(*live, R"({"up_to":53})");
        CHECK(left == 0);
    });
}

TEST_CASE("What notify.* cannot take has the codes of REST and changes nothing", "[connsrv][notify]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        co_await ask_for_friendship(world, bob, ann);
        auto live = co_await world.signed_in(ann);
        const std::vector<std::array<std::string, 3>> rows{
            {"notify.list", R"({"cursor":0})", "invalid_argument"},
            {"notify.list", R"({"cursor":-3})", "invalid_argument"},
            {"notify.list", R"({"cursor":"1"})", "live.bad_message"},
            {"notify.list", R"({"page":1})", "live.bad_message"},
            {"notify.read", R"({"up_to":0})", "invalid_argument"},
            {"notify.read", R"({})", "live.bad_message"},
            {"notify.read", R"({"up_to":1.5})", "live.bad_message"},
        };
        for (const auto& [op, data, code] : rows) {
            INFO(op << " " << data);
            const Result<std::string> reply = co_await live->call(op, data);
            CHECK_FALSE(reply);
            CHECK(live->error_text == code);
        }
        const protocol::NotificationList after = co_await list(*live);
        CHECK(after.unread == 1);
    });
}
