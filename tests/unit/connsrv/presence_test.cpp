#include "common/protocol/session.hpp"
#include "common/runtime/player_push.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"
#include "tests/unit/connsrv/resume_faults.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

std::string watch(std::vector<PlayerId> players)
{
    const protocol::PresenceSubscribeRequest request{std::move(players)};
    return protocol::encode(request);
}

// "player=status" of the next presence.changed.
Task<std::string> next_change(LiveClient& live, Millis within)
{
    const Result<Push> push = co_await live.push("presence.changed", within);
    if (!push) co_return "none";
    const auto entry = protocol::decode<protocol::PresenceEntry>(push->data);
    if (!entry) co_return "unreadable";
    co_return entry->player.value + "=" + entry->status;
}

// A world whose presence fails as it is told to.
struct ForgetfulWorld {
    std::unique_ptr<ForgetfulPresence> presence;
    World world{[this] {
        WorldOptions options;
        options.presence_port = [this](Presence& inner) -> Presence& {
            if (!presence) presence = std::make_unique<ForgetfulPresence>(inner);
            return *presence;
        };
        return options;
    }()};
};

} // namespace

TEST_CASE("Presence: who asks is told what holds, then each change, and offline after a drop that lasts", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto watcher = co_await world.signed_in(ann);
        std::string data = watch({bob.id, eve.id});
        const Result<std::string> reply = co_await watcher->call("presence.subscribe", std::move(data));
        REQUIRE(reply);
        const auto list = protocol::decode<protocol::PresenceList>(*reply);
        REQUIRE(list);
        REQUIRE(list->players.size() == 2);
        CHECK(list->players[0].player == bob.id);
        CHECK(list->players[0].status == "offline");

        auto watched = co_await world.signed_in(bob);
        auto unwatching = co_await world.signed_in(eve);
        std::string change = co_await next_change(*watcher, 1s);
        CHECK(change == bob.id.value + "=online");
        change = co_await next_change(*watcher, 1s);
        CHECK(change == eve.id.value + "=online");
        for (const char* status : {"away", "away", "busy"}) {
            const protocol::PresenceSetRequest set{status};
            data = protocol::encode(set);
            const Result<std::string> done = co_await watched->call("presence.set", std::move(data));
            CHECK(done);
        }
        change = co_await next_change(*watcher, 1s);
        CHECK(change == bob.id.value + "=away");
        change = co_await next_change(*watcher, 1s); // the same status again is no change
        CHECK(change == bob.id.value + "=busy");
        data = watch({bob.id});
        const Result<std::string> again = co_await watcher->call("presence.subscribe", std::move(data));
        REQUIRE(again);
        CHECK(protocol::decode<protocol::PresenceList>(*again)->players[0].status == "busy");

        const Millis dropped = world.clock.monotonic();
        unwatching->close(); // no longer subscribed to
        watched->close();
        change = co_await next_change(*watcher, 40s); // it may still resume
        CHECK(change == "none");
        change = co_await next_change(*watcher, 10s);
        CHECK(change == bob.id.value + "=offline");
        CHECK(world.clock.monotonic() - dropped <= 47s);
        change = co_await next_change(*watcher, 5s);
        CHECK(change == "none");
        const auto present = co_await world.presence.find(bob.id, world.soon());
        REQUIRE(present);
        CHECK(present->empty());
    });
}

TEST_CASE("Presence: what cannot be set or watched is refused and changes nothing", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto watcher = co_await world.signed_in(ann);
        auto watched = co_await world.signed_in(bob);
        std::string data = watch({bob.id});
        const Result<std::string> subscribed = co_await watcher->call("presence.subscribe", std::move(data));
        REQUIRE(subscribed);
        for (const char* bad : {R"({"status":"offline"})", R"({"status":""})", R"({})"}) {
            const Result<std::string> refused = co_await watched->call("presence.set", bad);
            CHECK_FALSE(refused);
            CHECK(watched->error_text == "live.bad_message");
        }
        data = watch(std::vector<PlayerId>(101, ann.id));
        const Result<std::string> too_many = co_await watcher->call("presence.subscribe", std::move(data));
        CHECK_FALSE(too_many);
        CHECK(watcher->error_text == "live.bad_message");
        std::string change = co_await next_change(*watcher, 1s);
        CHECK(change == "none");
        const Result<std::string> done = co_await watched->call("presence.set", R"({"status":"away"})");
        CHECK(done);
        change = co_await next_change(*watcher, 1s); // the old subscription still holds
        CHECK(change == bob.id.value + "=away");
    });
}

TEST_CASE("Presence: whoever is blocked sees nobody there, from the block on", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto watcher = co_await world.signed_in(ann);
        auto watched = co_await world.signed_in(bob);
        auto neighbour = co_await world.signed_in(eve);
        const Result<void> blocked = co_await world.block(bob.id, ann.id);
        REQUIRE(blocked);
        std::string data = watch({bob.id, eve.id});
        const Result<std::string> reply = co_await watcher->call("presence.subscribe", std::move(data));
        REQUIRE(reply);
        const auto list = protocol::decode<protocol::PresenceList>(*reply);
        REQUIRE(list->players.size() == 2);
        CHECK(list->players[0].player == bob.id);
        CHECK(list->players[0].status == "offline");
        CHECK(list->players[1].status == "online");
        Result<std::string> done = co_await watched->call("presence.set", R"({"status":"away"})");
        CHECK(done);
        std::string change = co_await next_change(*watcher, 1s);
        CHECK(change == "none");

        // Eve blocks while she is watched: she seems to go offline, and that is the last of her.
        const Result<void> later = co_await world.block(eve.id, ann.id);
        REQUIRE(later);
        change = co_await next_change(*watcher, 5s);
        CHECK(change == eve.id.value + "=offline");
        done = co_await neighbour->call("presence.set", R"({"status":"busy"})");
        CHECK(done);
        change = co_await next_change(*watcher, 1s);
        CHECK(change == "none");
        // One-sided: who blocks still sees.
        data = watch({ann.id});
        const Result<std::string> other = co_await watched->call("presence.subscribe", std::move(data));
        REQUIRE(other);
        CHECK(protocol::decode<protocol::PresenceList>(*other)->players[0].status == "online");
    });
}

TEST_CASE("A push for a player goes to each device, wherever it is connected, and to nobody else", "[connsrv]")
{
    WorldOptions options;
    options.connsrvs = 2;
    World world(std::move(options));
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto desk = co_await world.signed_in(ann, "desktop", 0);
        auto phone = co_await world.signed_in(ann, "mobile", 1);
        auto other = co_await world.signed_in(bob);
        const std::string data = R"({"number":1,"kind":"friend_requested","player":")" + bob.id.value +
                                 R"(","name":"bob","at":"2026-11-28T12:00:00.000Z","read":false})";
        co_await push_to_player(world.presence, world.rpc, world.clock, ann.id, "notify.new", data);
        const Result<Push> first = co_await desk->push("notify.new", 1s);
        REQUIRE(first);
        CHECK(first->data == data);
        const Result<Push> second = co_await phone->push("notify.new", 1s);
        REQUIRE(second);
        const Result<Push> twice = co_await desk->push("notify.new", 1s);
        CHECK_FALSE(twice);
        const Result<Push> none = co_await other->push("notify.new", 1s);
        CHECK_FALSE(none);
    });
}

TEST_CASE("Presence: changes reach the watchers at another connection server, and offline only after the last device",
          "[connsrv]")
{
    WorldOptions options;
    options.connsrvs = 3;
    World world(options);
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        (void)co_await world.clock.sleep_until(world.clock.after(3s)); // they have met
        auto watcher = co_await world.signed_in(ann, "desktop", 0);
        std::string data = watch({bob.id});
        const Result<std::string> subscribed = co_await watcher->call("presence.subscribe", std::move(data));
        REQUIRE(subscribed);

        auto desktop = co_await world.signed_in(bob, "desktop", 1);
        std::string change = co_await next_change(*watcher, 1s);
        CHECK(change == bob.id.value + "=online");
        for (const char* status : {"away", "busy", "online"}) {
            const protocol::PresenceSetRequest set{status};
            data = protocol::encode(set);
            const Result<std::string> done = co_await desktop->call("presence.set", std::move(data));
            CHECK(done);
            change = co_await next_change(*watcher, 1s);
            CHECK(change == bob.id.value + "=" + status);
        }

        auto mobile = co_await world.signed_in(bob, "mobile", 2);
        change = co_await next_change(*watcher, 1s);
        CHECK(change == bob.id.value + "=online");
        desktop->close();
        change = co_await next_change(*watcher, 60s);
        CHECK(change == "none");
        mobile->close();
        change = co_await next_change(*watcher, 60s);
        CHECK(change == bob.id.value + "=offline");
        change = co_await next_change(*watcher, 5s);
        CHECK(change == "none");
        const auto present = co_await world.presence.find(bob.id, world.soon());
        REQUIRE(present);
        CHECK(present->empty());
    });
}

TEST_CASE("Presence: a status that could not be kept is told once it could", "[connsrv]")
{
    ForgetfulWorld forgetful;
    World& world = forgetful.world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto watched = co_await world.signed_in(bob);
        auto watcher = co_await world.signed_in(ann);
        std::string data = watch({bob.id});
        const Result<std::string> watching = co_await watcher->call("presence.subscribe", std::move(data));
        REQUIRE(watching);
        const protocol::PresenceSetRequest away{"away"};
        forgetful.presence->puts_lost = 1;
        data = protocol::encode(away);
        const Result<std::string> lost = co_await watched->call("presence.set", std::move(data));
        CHECK_FALSE(lost);
        std::string change = co_await next_change(*watcher, 1s);
        CHECK(change == "none");
        data = protocol::encode(away);
        const Result<std::string> kept = co_await watched->call("presence.set", std::move(data));
        CHECK(kept);
        change = co_await next_change(*watcher, 1s);
        CHECK(change == bob.id.value + "=away");
    });
}

TEST_CASE("Presence: a late good-bye takes nothing from the session that is back", "[connsrv]")
{
    ForgetfulWorld forgetful;
    World& world = forgetful.world;
    world.start();
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        forgetful.presence->removes_lost = true;
        first->close();
        (void)co_await world.clock.sleep_until(world.clock.after(47s)); // too late to resume
        auto second = co_await world.signed_in(ann);
        (void)co_await world.clock.sleep_until(world.clock.after(2s));
        forgetful.presence->removes_lost = false;
        for (int i = 0; i < 40; ++i) {
            (void)co_await world.clock.sleep_until(world.clock.after(100ms));
            const auto there = co_await world.presence.find(ann.id, world.soon());
            REQUIRE(there);
            CHECK(there->size() == 1);
        }
    });
}

TEST_CASE("Presence: nobody is told offline on another server's word while presence does not answer", "[connsrv]")
{
    ForgetfulWorld forgetful;
    World& world = forgetful.world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto watcher = co_await world.signed_in(ann);
        std::string data = watch({bob.id, eve.id});
        const Result<std::string> watching = co_await watcher->call("presence.subscribe", std::move(data));
        REQUIRE(watching);
        PlayerPresence elsewhere{bob.id, bob.session, "connsrv-7", "mobile", "online"};
        const Result<void> there = co_await world.presence.put(std::move(elsewhere), 60s, world.soon());
        REQUIRE(there);

        forgetful.presence->finds_lost = true;
        protocol::PresenceList list;
        list.players.push_back({bob.id, "offline"});
        list.players.push_back({eve.id, "offline"});
        RpcRequest call;
        call.daemon = "connsrv";
        call.id = "connsrv-0";
        call.method = "statuses";
        call.body = protocol::encode(list);
        call.by = world.soon();
        const Result<std::string> taken = co_await world.rpc.call(std::move(call));
        CHECK(taken);
        std::string change = co_await next_change(*watcher, 5s);
        CHECK(change == "none");
        forgetful.presence->finds_lost = false;
        change = co_await next_change(*watcher, 2s);
        CHECK(change == eve.id.value + "=offline");
        change = co_await next_change(*watcher, 5s);
        CHECK(change == "none");
    });
}
