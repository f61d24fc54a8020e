#include "common/protocol/events.hpp"
#include "common/protocol/session.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

std::string resume_of(const Player& player, const std::string& secret, std::int64_t last_seq)
{
    const protocol::ResumeRequest request{player.token, secret, std::string(protocol::live_protocol), last_seq};
    return protocol::encode(request);
}

Task<std::string> resume_secret(World& world, LiveClient& live, const Player& player)
{
    const Result<void> up = co_await live.connect();
    std::string data = World::hello(player);
    const Result<std::string> reply = co_await live.call("session.hello", std::move(data));
    if (!up || !reply) throw std::runtime_error("no hello");
    (void)world;
    co_return protocol::decode<protocol::HelloReply>(*reply)->resume;
}

Task<std::string> push_to(World& world, PlayerId player)
{
    protocol::PushRequest push;
    push.player = std::move(player);
    push.op = "farm.ripe";
    push.data.text = R"({"plots":[3]})";
    RpcRequest call{.daemon = "connsrv",
                    .id = "connsrv-0",
                    .method = "push",
                    .body = protocol::encode(push),
                    .traceparent = {},
                    .by = world.soon()};
    const Result<std::string> reply = co_await world.rpc.call(std::move(call));
    co_return reply ? "ok" : std::string(wire_code(reply.error()));
}

Task<void> publish_revocation(World& world, PlayerId player, std::optional<SessionId> session, Millis ago = 0ms)
{
    const protocol::SessionRevoked revoked{player, std::move(session), "ban"};
    Event event;
    event.id = world.id<EventId>();
    event.type = protocol::event_type::session_revoked;
    event.source = "test";
    event.subject = player.value;
    event.time = world.clock.now() - ago;
    event.data = protocol::encode(revoked);
    std::vector<Event> events;
    events.push_back(std::move(event));
    const Result<void> kept =
        co_await world.events->append(std::string(protocol::topic::user), std::move(events), world.soon());
    if (!kept) throw std::runtime_error("no event");
}

} // namespace

TEST_CASE("A connection that does not say hello within 5 s is closed", "[connsrv]")
{
    World world;
    world.start();
    world.play([&]() -> Task<void> {
        auto silent = world.client();
        const Result<void> up = co_await silent->connect();
        REQUIRE(up);
        const Millis begun = world.clock.monotonic();
        const bool closed = co_await silent->closed(10s);
        CHECK(closed);
        CHECK(world.clock.monotonic() - begun <= 5'500ms);
        CHECK(silent->close_reason() == "policy");
    });
}

TEST_CASE("Hello refuses what is not a good token of a live session", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        Player forged = ann;
        forged.token = "forged";
        Player stranger = ann;
        stranger.token = plain_token({ann.id, world.id<SessionId>(), "ann", false, Millis{0}, world.clock.now() + 1h});
        Player expired = ann;
        expired.token = plain_token({ann.id, ann.session, "ann", false, Millis{0}, world.clock.now() - 1s});
        for (const Player& one : {forged, stranger, expired}) {
            auto live = world.client();
            (void)co_await live->connect();
            std::string data = World::hello(one);
            const Result<std::string> reply = co_await live->call("session.hello", std::move(data));
            CHECK(reply.error() == Errc::unauthenticated);
        }
        CHECK(world.links[0]->known_links() == 0);
        auto live = world.client();
        (void)co_await live->connect();
        const Result<std::string> early = co_await live->call("session.ping", "{}");
        CHECK_FALSE(early);
        CHECK(live->error_text == "session.hello_required");
        std::string data = World::hello(ann, "toaster");
        const Result<std::string> reply = co_await live->call("session.hello", std::move(data));
        CHECK_FALSE(reply);
        CHECK(live->error_text == "live.bad_message");
        data = World::hello(ann);
        const Result<std::string> good = co_await live->call("session.hello", std::move(data));
        REQUIRE(good);
        CHECK(protocol::decode<protocol::HelloReply>(*good)->player == ann.id);
        CHECK(world.links[0]->known_links() == 1);
        data = World::hello(ann);
        const Result<std::string> twice = co_await live->call("session.hello", std::move(data));
        CHECK_FALSE(twice);
        CHECK(live->error_text == "session.already_signed_in");
    });
}

TEST_CASE("T28: the newer session of a device class wins, on another connsrv too", "[connsrv]")
{
    WorldOptions options;
    options.connsrvs = 2;
    World world(options);
    world.start();
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto other_class = co_await world.signed_in(ann, "web");
        auto second = co_await world.signed_in(ann, "desktop", 1);
        const bool closed = co_await first->closed(2s);
        CHECK(closed);
        CHECK(first->close_reason() == "replaced");
        auto third = co_await world.signed_in(ann, "desktop", 1);
        const bool closed_too = co_await second->closed(2s);
        CHECK(closed_too);
        const Result<std::string> lives = co_await third->call("session.ping", "{}");
        CHECK(lives);
        const Result<std::string> also = co_await other_class->call("session.ping", "{}");
        CHECK(also);
        const auto present = co_await world.presence.find(ann.id, world.soon());
        REQUIRE(present);
        CHECK(present->size() == 2);
    });
}

TEST_CASE("T28: after a gap of 30 s nothing is lost or doubled, a wrong token first included", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        auto before = world.client();
        const std::string secret = co_await resume_secret(world, *before, ann);
        std::string told = co_await push_to(world, ann.id);
        CHECK(told == "ok");
        const Result<Push> one = co_await before->push("farm.ripe", 2s);
        REQUIRE(one);
        before->close();
        for (int i = 0; i < 5; ++i) {
            (void)co_await world.clock.sleep_until(world.clock.after(6s));
            told = co_await push_to(world, ann.id);
            CHECK(told == "ok");
        }
        auto after = world.client();
        (void)co_await after->connect();
        Player forged = ann;
        forged.token = "forged";
        std::string data = resume_of(forged, secret, 1);
        const Result<std::string> wrong_token = co_await after->call("session.resume", std::move(data));
        CHECK(wrong_token.error() == Errc::unauthenticated);
        data = resume_of(ann, "connsrv-0.wrong", 1);
        const Result<std::string> wrong_secret = co_await after->call("session.resume", std::move(data));
        CHECK_FALSE(wrong_secret);
        CHECK(after->error_text == "session.cannot_resume");
        after->last_seq = 1;
        data = resume_of(ann, secret, 1);
        const Result<std::string> resumed = co_await after->call("session.resume", std::move(data));
        REQUIRE(resumed);
        CHECK(protocol::decode<protocol::ResumeReply>(*resumed)->replayed == 5);
        for (int i = 0; i < 5; ++i) {
            const Result<Push> more = co_await after->push("farm.ripe", 2s);
            CHECK(more);
        }
        told = co_await push_to(world, ann.id);
        const Result<Push> last = co_await after->push("farm.ripe", 2s);
        REQUIRE(last);
        CHECK(last->seq == 7);
        CHECK(after->sequence_faults == 0);
    });
}

TEST_CASE("T28: what cannot be resumed is told, never passed over in silence", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        auto before = world.client();
        const std::string secret = co_await resume_secret(world, *before, ann);
        before->close();
        for (int i = 0; i < 70; ++i) (void)co_await push_to(world, ann.id);
        auto after = world.client();
        (void)co_await after->connect();
        std::string data = resume_of(ann, secret, 0);
        const Result<std::string> gap = co_await after->call("session.resume", std::move(data));
        CHECK_FALSE(gap);
        CHECK(after->error_text == "session.cannot_resume");
        (void)co_await world.clock.sleep_until(world.clock.after(60s));
        const std::string told = co_await push_to(world, ann.id);
        CHECK(told == "not_found");
        const auto present = co_await world.presence.find(ann.id, world.soon());
        REQUIRE(present);
        CHECK(present->empty());
    });
}

TEST_CASE("I11: the sockets of a revoked session are closed within a second", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto one = co_await world.signed_in(ann);
        auto two = co_await world.signed_in(ann, "web");
        auto other = co_await world.signed_in(bob);
        const Millis begun = world.clock.monotonic();
        co_await publish_revocation(world, ann.id, std::nullopt);
        const bool first = co_await one->closed(1s);
        const bool second = co_await two->closed(1s);
        CHECK(first);
        CHECK(second);
        CHECK(world.clock.monotonic() - begun <= 1s);
        CHECK(one->close_reason() == "revoked");
        const Result<std::string> lives = co_await other->call("session.ping", "{}");
        CHECK(lives);
    });
}

TEST_CASE("I11: a revocation that comes late ends no session that began after it, unless the store says so",
          "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto live = co_await world.signed_in(ann);
        auto ended = co_await world.signed_in(bob);
        (void)co_await world.clock.sleep_until(world.clock.after(1s));
        co_await publish_revocation(world, ann.id, std::nullopt, 1min);
        std::vector<OutboxEvent> none;
        const Result<void> revoked = co_await world.sessions->revoke(bob.session, std::move(none), world.soon());
        REQUIRE(revoked);
        co_await publish_revocation(world, bob.id, std::nullopt, 1min); // by a clock that is behind
        const bool closed = co_await ended->closed(1s);
        CHECK(closed);
        (void)co_await world.clock.sleep_until(world.clock.after(2s));
        const Result<std::string> lives = co_await live->call("session.ping", "{}");
        CHECK(lives);
    });
}

TEST_CASE("I11: a revocation whose event is lost is seen when the session is looked at again", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        auto live = co_await world.signed_in(ann);
        (void)co_await world.clock.sleep_until(world.clock.after(5s));
        std::vector<OutboxEvent> none;
        const Result<void> revoked = co_await world.sessions->revoke(ann.session, std::move(none), world.soon());
        REQUIRE(revoked);
        const bool closed = co_await live->closed(61s);
        CHECK(closed);
        CHECK(live->close_reason() == "revoked");
    });
}

TEST_CASE("T27: bad messages get typed errors, then the connection is closed", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann");
    const std::vector<std::string> bad{"",
                                       "{",
                                       "[]",
                                       "null",
                                       "{\"op\":\"session.ping\",\"id\":1,\"data\":{},\"data\":{}}",
                                       "{\"op\":\"session.ping\",\"id\":-1}",
                                       "{\"op\":\"session.ping\",\"id\":1e400}",
                                       "{\"op\":\"session.fly\",\"id\":1,\"data\":{}}",
                                       "{\"op\":\"session.ping\",\"id\":1,\"data\":{\"seq\":\"x\"}}",
                                       "{\"op\":\"session.ping\",\"id\":1,\"data\":{\"sequence\":1}}",
                                       std::string(16'384, '['),
                                       std::string(2'000, '['),
                                       "\xff\xfe"};
    for (const std::string& message : bad) {
        world.run_for(5s); // session.ping has its whole burst again
        world.play([&]() -> Task<void> {
            auto live = co_await world.signed_in(ann);
            int errors = 0;
            for (int i = 0; i < 20; ++i) {
                if (!live->send(message)) break;
                const Result<std::string> reply = co_await live->receive(2s);
                if (!reply) break;
                CHECK(reply->find("\"error\":{\"code\":\"live.") != std::string::npos);
                ++errors;
            }
            CHECK(errors == 8);
            const bool closed = co_await live->closed(1s);
            CHECK(closed);
            CHECK(live->close_reason() == "policy");
        });
    }
}

TEST_CASE("T32: a client that stops reading is closed at 64 messages, and nobody else is held up", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto deaf = co_await world.signed_in(ann);
        auto other = co_await world.signed_in(bob);
        for (int i = 0; i < 80; ++i) {
            (void)co_await push_to(world, ann.id);
            (void)co_await push_to(world, bob.id);
            const Result<Push> heard = co_await other->push("farm.ripe", 1s);
            CHECK(heard);
        }
        CHECK(world.links[0]->most_queued() <= 64);
        const bool closed = co_await deaf->closed(1s);
        CHECK(closed);
        CHECK(deaf->close_reason() == "slow_consumer");
    });
}

TEST_CASE("T29: a drain closes everybody with going_away, spread over time", "[connsrv]")
{
    World world;
    world.start();
    std::vector<std::unique_ptr<LiveClient>> clients;
    world.play([&]() -> Task<void> {
        for (int i = 0; i < 200; ++i) {
            clients.push_back(world.client());
            (void)co_await clients.back()->connect();
        }
    });
    const Millis begun = world.clock.monotonic();
    world.connsrvs[0]->stop();
    world.run_for(1s);
    const std::size_t half = world.links[0]->open_links();
    CHECK(half > 60);
    CHECK(half < 140);
    REQUIRE(world.run_until([&] { return world.links[0]->open_links() == 0; }, 30s));
    CHECK(world.clock.monotonic() - begun <= 3s);
    for (const auto& client : clients) CHECK(client->close_reason() == "going_away");
}
