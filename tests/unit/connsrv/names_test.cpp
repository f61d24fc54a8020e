// Under which name a session speaks.
#include "common/protocol/chat.hpp"
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
        const protocol::ResumeRequest resume{plain_token(claims),
                                             protocol::decode<protocol::HelloReply>(*hello)->resume,
                                             std::string(protocol::live_protocol), speaker->last_seq};
        speaker->close();
        speaker = world.client();
        (void)co_await speaker->connect();
        data = protocol::encode(resume);
        const Result<std::string> resumed = co_await speaker->call("session.resume", std::move(data));
        REQUIRE(resumed);
        name = co_await heard_name(*speaker, *hearer);
        CHECK(name == "Merlin");
    });
}
