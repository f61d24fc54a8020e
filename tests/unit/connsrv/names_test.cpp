// Under which name a session speaks.
#include "common/protocol/chat.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/names.hpp"
#include "common/protocol/session.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

// Whom `hearer` hears when `speaker` says something.
Task<std::string> heard_name(LiveClient& speaker, LiveClient& hearer)
{
    const Result<std::string> said = co_await speaker.call("chat.send", R"({"channel":"room:lobby","text":"hi"})");
    if (!said) co_return "not said";
    const Result<Push> push = co_await hearer.push("chat.message", 5s);
    if (!push) co_return "not heard";
    const auto entry = protocol::decode<protocol::ChatEntry>(push->data);
    co_return entry ? entry->name : "unreadable";
}

// As auth tells of a rename.
Task<void> publish_rename(World& world, PlayerId player)
{
    const protocol::UserEvent renamed{player, std::nullopt};
    Event event;
    event.id = world.id<EventId>();
    event.type = protocol::event_type::user_renamed;
    event.source = "test";
    event.subject = player.value;
    event.time = world.clock.now();
    event.data = protocol::encode(renamed);
    std::vector<Event> events;
    events.push_back(std::move(event));
    const Result<void> kept =
        co_await world.events->append(std::string(protocol::topic::user), std::move(events), world.soon());
    if (!kept) throw std::runtime_error("no event");
}

Task<Result<std::string>> resumed_anew(World& world, std::unique_ptr<LiveClient>& live, std::string token,
                                       std::string secret)
{
    const protocol::ResumeRequest resume{std::move(token), std::move(secret), std::string(protocol::live_protocol),
                                         live->last_seq};
    live->close();
    live = world.client();
    (void)co_await live->connect();
    std::string data = protocol::encode(resume);
    co_return co_await live->call("session.resume", std::move(data));
}

} // namespace

TEST_CASE("A session that is resumed with a newer token speaks under the name of that", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto hearer = co_await world.signed_in(bob);
        auto speaker = world.client();
        (void)co_await speaker->connect();
        std::string data = World::hello(ann);
        const Result<std::string> hello = co_await speaker->call("session.hello", std::move(data));
        REQUIRE(hello);
        for (LiveClient* each : {hearer.get(), speaker.get()}) {
            const Result<std::string> joined = co_await each->call("chat.join", R"({"channel":"room:lobby"})");
            REQUIRE(joined);
        }
        std::string name = co_await heard_name(*speaker, *hearer);
        CHECK(name == "ann");

        const AccessClaims claims{ann.id, ann.session, "Merlin", false, world.clock.now(), world.clock.now() + 10min};
        std::string token = plain_token(claims), secret = protocol::decode<protocol::HelloReply>(*hello)->resume;
        const Result<std::string> resumed = co_await resumed_anew(world, speaker, std::move(token), std::move(secret));
        REQUIRE(resumed);
        name = co_await heard_name(*speaker, *hearer);
        CHECK(name == "Merlin");
    });
}

TEST_CASE(
    "An open session speaks under the new name once its player is renamed, also after a resume with an older token",
    "[connsrv]")
{
    WorldOptions options;
    options.plain_auth = false;
    World world(std::move(options));
    int asked = 0;
    world.rpc.serve("auth", "auth-0", world.executor(), [&](RpcRequest request) -> AsyncResult<std::string> {
        if (request.method == "jwks") co_return std::string(R"({"keys":[]})");
        if (request.method != "name") co_return Errc::not_found;
        if (++asked == 1) co_return Errc::unavailable;
        const protocol::NameReply reply{"Merlin"};
        co_return protocol::encode(reply);
    });
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto hearer = co_await world.signed_in(bob);
        auto speaker = world.client();
        (void)co_await speaker->connect();
        std::string data = World::hello(ann);
        const Result<std::string> hello = co_await speaker->call("session.hello", std::move(data));
        REQUIRE(hello);
        for (LiveClient* each : {hearer.get(), speaker.get()}) {
            const Result<std::string> joined = co_await each->call("chat.join", R"({"channel":"room:lobby"})");
            REQUIRE(joined);
        }
        (void)co_await world.clock.sleep_until(world.clock.after(10s));
        co_await publish_rename(world, ann.id);
        co_await publish_rename(world, eve.id); // not here: nobody is asked
        (void)co_await world.clock.sleep_until(world.clock.after(5s));
        CHECK(asked == 2);
        std::string name = co_await heard_name(*speaker, *hearer);
        CHECK(name == "Merlin");
        std::string token = ann.token, secret = protocol::decode<protocol::HelloReply>(*hello)->resume;
        const Result<std::string> resumed = co_await resumed_anew(world, speaker, std::move(token), std::move(secret));
        REQUIRE(resumed);
        name = co_await heard_name(*speaker, *hearer);
        CHECK(name == "Merlin");
    });
    world.stop();
    world.rpc.withdraw("auth", "auth-0");
}
