#include "common/protocol/session.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"
#include "tests/unit/connsrv/resume_faults.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <optional>

using namespace harvest;
using namespace harvest::test;

namespace {

struct Servers {
    explicit Servers(int connsrvs = 2) : world(options(connsrvs))
    {
        world.start();
        ann = world.new_player("ann");
    }
    WorldOptions options(int connsrvs)
    {
        WorldOptions chosen;
        chosen.connsrvs = connsrvs;
        chosen.resumes_port = [this](ResumeBuffers& inner) -> ResumeBuffers& {
            if (!buffers) buffers = std::make_unique<FaultyBuffers>(inner, world.clock);
            return *buffers;
        };
        chosen.presence_port = [this](Presence& inner) -> Presence& {
            if (!presence) presence = std::make_unique<ForgetfulPresence>(inner);
            return *presence;
        };
        chosen.rpc = [this](Rpc& inner) -> Rpc& {
            if (!calls) calls = std::make_unique<FaultyRpc>(inner, world.clock);
            return *calls;
        };
        return chosen;
    }

    // Signed in at the first connection server; the token to resume with in `token`.
    Task<std::unique_ptr<LiveClient>> begin()
    {
        auto live = world.client(0);
        const Result<void> up = co_await live->connect();
        std::string data = World::hello(ann);
        const Result<std::string> reply = co_await live->call("session.hello", std::move(data));
        if (!up || !reply) throw std::runtime_error("no hello");
        token = protocol::decode<protocol::HelloReply>(*reply)->resume;
        co_return live;
    }
    // "ok", or what it is refused with.
    Task<std::string> resume(LiveClient& live, std::int64_t last_seq, std::optional<bool> moved = true)
    {
        live.last_seq = last_seq;
        const protocol::ResumeRequest request{ann.token, token, std::string(protocol::live_protocol), last_seq};
        std::string data = protocol::encode(request);
        const Result<std::string> reply = co_await live.call("session.resume", std::move(data));
        if (!reply) co_return live.error_text.empty() ? "no reply" : live.error_text;
        if (moved) CHECK(protocol::decode<protocol::ResumeReply>(*reply)->moved == *moved);
        co_return "ok";
    }
    Task<std::unique_ptr<LiveClient>> connected(int slot)
    {
        auto live = world.client(slot);
        const Result<void> up = co_await live->connect();
        if (!up) throw std::runtime_error("no connection");
        co_return live;
    }
    Task<std::string> push(int slot, int count = 1)
    {
        protocol::PushRequest message;
        message.player = ann.id;
        message.op = "farm.ripe";
        message.data.text = R"({"plots":[3]})";
        std::string told;
        for (int i = 0; i < count; ++i) {
            RpcRequest call{.daemon = "connsrv",
                            .id = "connsrv-" + std::to_string(slot),
                            .method = "push",
                            .body = protocol::encode(message),
                            .traceparent = {},
                            .by = world.soon()};
            const Result<std::string> reply = co_await world.rpc.call(std::move(call));
            told = reply ? "ok" : std::string(wire_code(reply.error()));
        }
        co_return told;
    }
    // How many pushes come; each has the next number.
    Task<int> heard(LiveClient& live)
    {
        int count = 0;
        for (;; ++count) {
            const Result<Push> one = co_await live.push("farm.ripe", 200ms);
            if (!one) break;
        }
        CHECK(live.sequence_faults == 0);
        co_return count;
    }
    Task<void> pass(Millis length) { (void)co_await world.clock.sleep_until(world.clock.after(length)); }

    std::unique_ptr<FaultyBuffers> buffers;
    // Where presence says that ann is, "" if nowhere.
    Task<std::string> whereabouts()
    {
        const auto present = co_await world.presence.find(ann.id, world.soon());
        co_return present && present->size() == 1 ? present->front().connsrv : std::string();
    }
    // Ann once more, with a session of a later sign-in.
    Task<Player> ann_again()
    {
        Player again = ann;
        again.session = world.id<SessionId>();
        again.token =
            plain_token({again.id, again.session, "ann", false, world.clock.now(), world.clock.now() + 10min});
        Session session;
        session.id = again.session;
        session.player = again.id;
        session.generation = 1;
        session.expires_at = world.clock.now() + 24h;
        std::vector<OutboxEvent> none;
        SignInGrounds grounds{{}, world.clock.now()};
        const Result<void> made =
            co_await world.sessions->create(std::move(session), std::move(grounds), std::move(none), world.soon());
        if (!made) throw std::runtime_error("no session");
        co_return again;
    }

    std::unique_ptr<FaultyRpc> calls;
    std::unique_ptr<ForgetfulPresence> presence;
    World world;
    Player ann;
    std::string token;
};

} // namespace

TEST_CASE("T28: killed with a session: it goes on at another connection server, nothing lost or doubled", "[connsrv]")
{
    Servers servers;
    World& world = servers.world;
    const Player bob = world.new_player("bob");
    std::unique_ptr<LiveClient> before, after;
    world.play([&]() -> Task<void> {
        before = co_await servers.begin();
        const Result<std::string> joined = co_await before->call("chat.join", R"({"channel":"room:lobby"})");
        CHECK(joined);
        std::string watched = R"({"players":[")" + bob.id.value + R"("]})";
        const Result<std::string> watching = co_await before->call("presence.subscribe", std::move(watched));
        CHECK(watching);
        (void)co_await servers.push(0, 2);
        const int heard = co_await servers.heard(*before);
        CHECK(heard == 2);
        before->close();
        (void)co_await servers.push(0, 3);
        co_await servers.pass(100ms);
    });
    world.kill_connsrv(0);
    world.play([&]() -> Task<void> {
        co_await servers.pass(20s);
        after = co_await servers.connected(1);
        const std::string ahead = co_await servers.resume(*after, 6);
        CHECK(ahead == "session.cannot_resume");
        const std::string resumed = co_await servers.resume(*after, 2);
        REQUIRE(resumed == "ok");
        const int missed = co_await servers.heard(*after);
        CHECK(missed == 3);
        (void)co_await servers.push(1);
        const int next = co_await servers.heard(*after);
        CHECK(next == 1);
        CHECK(after->last_seq == 6);
        const auto present = co_await world.presence.find(servers.ann.id, world.soon());
        REQUIRE(present);
        REQUIRE(present->size() == 1);
        CHECK(present->front().connsrv == "connsrv-1");
        // It is still in the channel, and watches whom it watched.
        auto other = co_await world.signed_in(bob, "desktop", 1);
        const Result<Push> seen = co_await after->push("presence.changed", 2s);
        CHECK(seen);
        (void)co_await other->call("chat.join", R"({"channel":"room:lobby"})");
        (void)co_await other->call("chat.send", R"({"channel":"room:lobby","text":"hi"})");
        const Result<Push> said = co_await after->push("chat.message", 5s);
        CHECK(said);
        CHECK(after->sequence_faults == 0);
    });
}

TEST_CASE("T28: from a server that lives, the session moves with what no buffer has yet", "[connsrv]")
{
    Servers servers;
    World& world = servers.world;
    world.play([&]() -> Task<void> {
        auto before = co_await servers.begin();
        co_await servers.pass(100ms);
        servers.buffers->writes_lost = true;
        (void)co_await servers.push(0, 4);
        auto after = co_await servers.connected(1);
        const std::string resumed = co_await servers.resume(*after, 0);
        REQUIRE(resumed == "ok");
        const int missed = co_await servers.heard(*after);
        CHECK(missed == 4);
        const bool closed = co_await before->closed(2s);
        CHECK(closed);
        CHECK(before->close_reason() == "replaced");
        const std::string at_first = co_await servers.push(0);
        CHECK(at_first == "not_found");
        const std::string at_second = co_await servers.push(1);
        CHECK(at_second == "ok");
        // And back again, as often as the client likes.
        servers.buffers->writes_lost = false;
        co_await servers.pass(1s);
        auto third = co_await servers.connected(0);
        const std::string back = co_await servers.resume(*third, 4);
        REQUIRE(back == "ok");
        const int more = co_await servers.heard(*third);
        CHECK(more == 1);
    });
}

TEST_CASE("T28: who has lost a session without being told ends it at the next write, and goes by the buffer",
          "[connsrv]")
{
    Servers servers;
    servers.calls->surrender_lost = true;
    const bool comes_back = GENERATE(false, true);
    CAPTURE(comes_back);
    servers.world.play([&]() -> Task<void> {
        auto before = co_await servers.begin();
        (void)co_await servers.push(0, 2);
        co_await servers.pass(100ms);
        auto after = co_await servers.connected(1);
        const std::string resumed = co_await servers.resume(*after, 1);
        REQUIRE(resumed == "ok");
        if (comes_back) {
            (void)co_await servers.push(1, 3);
            co_await servers.pass(100ms);
            auto third = co_await servers.connected(0);
            const std::string back = co_await servers.resume(*third, 2);
            REQUIRE(back == "ok");
            const int missed = co_await servers.heard(*third);
            CHECK(missed == 3);
            co_return;
        }
        (void)co_await servers.push(0);
        const bool closed = co_await before->closed(2s);
        CHECK(closed);
        const std::string told = co_await servers.push(0);
        CHECK(told == "not_found");
    });
}

TEST_CASE("T33: buffers away: resumes at home go on, elsewhere they are refused within 100 ms", "[connsrv]")
{
    Servers servers;
    World& world = servers.world;
    const bool silent = GENERATE(false, true);
    CAPTURE(silent);
    world.play([&]() -> Task<void> {
        auto before = co_await servers.begin();
        co_await servers.pass(100ms);
        (silent ? servers.buffers->silent : servers.buffers->away) = true;
        const Millis pushed = world.clock.monotonic();
        (void)co_await servers.push(0, 3);
        const int heard = co_await servers.heard(*before);
        CHECK(heard == 3);
        CHECK(world.clock.monotonic() - pushed <= 250ms); // the last wait of heard() alone
        before->close();
        auto elsewhere = co_await servers.connected(1);
        const Millis begun = world.clock.monotonic();
        const std::string refused = co_await servers.resume(*elsewhere, 3);
        CHECK(refused == "session.cannot_resume");
        CHECK(world.clock.monotonic() - begun <= 100ms);
        auto home = co_await servers.connected(0);
        const std::string resumed = co_await servers.resume(*home, 1, false);
        REQUIRE(resumed == "ok");
        const int missed = co_await servers.heard(*home);
        CHECK(missed == 2);
        // What was not written meanwhile is there again once the buffers are.
        servers.buffers->silent = servers.buffers->away = false;
        co_await servers.pass(3s);
        auto moved = co_await servers.connected(1);
        const std::string at_last = co_await servers.resume(*moved, 3);
        CHECK(at_last == "ok");
    });
}

TEST_CASE("T28: two resumes at once leave one session", "[connsrv]")
{
    Servers servers(3);
    World& world = servers.world;
    const int other_slot = GENERATE(1, 2);
    CAPTURE(other_slot);
    world.play([&]() -> Task<void> {
        using namespace boost::asio::experimental::awaitable_operators;
        auto before = co_await servers.begin();
        (void)co_await servers.push(0, 2);
        co_await servers.pass(100ms);
        auto one = co_await servers.connected(1);
        auto two = co_await servers.connected(other_slot);
        auto first = servers.resume(*one, 0, std::nullopt), second = servers.resume(*two, 0, std::nullopt);
        const auto [told_one, told_two] = co_await (std::move(first) && std::move(second));
        CHECK((told_one == "ok" || told_two == "ok"));
        co_await servers.pass(1s);
        (void)co_await servers.push(1);
        if (other_slot == 2) (void)co_await servers.push(2);
        const bool one_lives = !co_await one->closed(100ms);
        const bool two_lives = !co_await two->closed(100ms);
        const bool one_holds = one_lives && told_one == "ok";
        const bool two_holds = two_lives && told_two == "ok";
        CHECK(one_holds != two_holds);
        CHECK(one->sequence_faults == 0);
        CHECK(two->sequence_faults == 0);
    });
}

TEST_CASE("T28: who overtakes a resume has what the first holder gave up to it", "[connsrv]")
{
    Servers servers(3);
    World& world = servers.world;
    const int other_slot = GENERATE(1, 2);
    CAPTURE(other_slot);
    world.play([&]() -> Task<void> {
        using namespace boost::asio::experimental::awaitable_operators;
        auto before = co_await servers.begin();
        (void)co_await servers.push(0, 2);
        co_await servers.pass(100ms);
        servers.buffers->writes_lost = true;
        (void)co_await servers.push(0, 3);
        servers.calls->late_to = "connsrv-0";
        servers.calls->late = 50ms;
        auto one = co_await servers.connected(1);
        auto two = co_await servers.connected(other_slot);
        auto overtake = [&]() -> Task<std::string> {
            co_await servers.pass(20ms);
            co_return co_await servers.resume(*two, 0);
        };
        auto first = servers.resume(*one, 0), second = overtake();
        const auto [told_one, told_two] = co_await (std::move(first) && std::move(second));
        CHECK(told_one == "session.cannot_resume");
        CHECK(told_two == "ok");
        const int heard = co_await servers.heard(*two);
        CHECK(heard == 5);
    });
}

TEST_CASE("T28: what a newer session has replaced cannot be resumed, whoever has been killed", "[connsrv]")
{
    Servers servers;
    World& world = servers.world;
    std::unique_ptr<LiveClient> before, newer;
    world.play([&]() -> Task<void> {
        before = co_await servers.begin();
        co_await servers.pass(100ms);
    });
    world.kill_connsrv(0);
    world.play([&]() -> Task<void> {
        const Player again = co_await servers.ann_again();
        newer = co_await world.signed_in(again, "desktop", 1);
        auto late = co_await servers.connected(1);
        const std::string refused = co_await servers.resume(*late, 0);
        CHECK(refused == "session.cannot_resume");
        const Result<std::string> lives = co_await newer->call("session.ping", "{}");
        CHECK(lives);
    });
}

TEST_CASE("T28: a session that has moved is not ended by where presence saw it before", "[connsrv]")
{
    Servers servers;
    World& world = servers.world;
    world.play([&]() -> Task<void> {
        auto before = co_await servers.begin();
        co_await servers.pass(100ms);
        auto after = co_await servers.connected(1);
        servers.presence->puts_lost = 2;
        const std::string resumed = co_await servers.resume(*after, 0);
        REQUIRE(resumed == "ok");
        const std::string seen_before = co_await servers.whereabouts();
        CHECK(seen_before == "connsrv-0");
        co_await servers.pass(3s);
        const std::string seen = co_await servers.whereabouts();
        CHECK(seen == "connsrv-1");
        const bool closed = co_await after->closed(100ms);
        CHECK_FALSE(closed);
        const Result<std::string> lives = co_await after->call("session.ping", "{}");
        CHECK(lives);
    });
}

TEST_CASE("T28: a newer session wins, though presence did not hear of it at first", "[connsrv]")
{
    Servers servers;
    World& world = servers.world;
    world.play([&]() -> Task<void> {
        auto before = co_await servers.begin();
        co_await servers.pass(100ms);
        const Player again = co_await servers.ann_again();
        servers.presence->puts_lost = 3; // one of them the older session's
        auto newer = co_await world.signed_in(again, "desktop", 1);
        co_await servers.pass(3s);
        const std::string seen = co_await servers.whereabouts();
        CHECK(seen == "connsrv-1");
        const bool ended = co_await newer->closed(100ms);
        CHECK_FALSE(ended);
        const bool replaced = co_await before->closed(30s);
        CHECK(replaced);
        CHECK(before->close_reason() == "replaced");
        const Result<std::string> lives = co_await newer->call("session.ping", "{}");
        CHECK(lives);
    });
}

TEST_CASE("T28: a server that has lost a session unawares leaves its place in presence alone", "[connsrv]")
{
    Servers servers;
    servers.calls->surrender_lost = true;
    World& world = servers.world;
    std::unique_ptr<LiveClient> before, after;
    world.play([&]() -> Task<void> {
        before = co_await servers.begin();
        co_await servers.pass(100ms);
        after = co_await servers.connected(1);
        const std::string resumed = co_await servers.resume(*after, 0);
        REQUIRE(resumed == "ok");
    });
    SECTION("when it is drained")
    {
        world.stop_daemon(*world.connsrvs[0]);
        world.play([&]() -> Task<void> {
            const std::string seen = co_await servers.whereabouts();
            CHECK(seen == "connsrv-1");
        });
    }
    SECTION("when it notices, or the session's time there is up")
    {
        world.play([&]() -> Task<void> {
            for (int second = 0; second < 60; ++second) {
                co_await servers.pass(1s);
                const std::string seen = co_await servers.whereabouts();
                REQUIRE(seen == "connsrv-1");
            }
            const bool closed = co_await before->closed(100ms);
            CHECK(closed);
            const Result<std::string> lives = co_await after->call("session.ping", "{}");
            CHECK(lives);
        });
    }
}

TEST_CASE("T28: what could not be resumed in whole is not resumed with a hole the next time", "[connsrv]")
{
    Servers servers;
    World& world = servers.world;
    world.play([&]() -> Task<void> {
        auto before = co_await servers.begin();
        (void)co_await servers.push(0, 2);
        co_await servers.pass(100ms);
        servers.buffers->writes_lost = true;
        (void)co_await servers.push(0, 60); // more than are kept for a resume
        for (int again = 0; again < 2; ++again) {
            CAPTURE(again);
            auto after = co_await servers.connected(1);
            const std::string refused = co_await servers.resume(*after, 1);
            CHECK(refused == "session.cannot_resume");
        }
    });
}

TEST_CASE("T28: a session that was perhaps taken is not resumed with a hole the next time", "[connsrv]")
{
    Servers servers;
    World& world = servers.world;
    world.play([&]() -> Task<void> {
        auto before = co_await servers.begin();
        (void)co_await servers.push(0, 2);
        co_await servers.pass(100ms);
        servers.buffers->writes_lost = true;
        (void)co_await servers.push(0, 3);
        for (const bool unanswered : {true, false}) {
            CAPTURE(unanswered);
            servers.buffers->takes_unanswered = unanswered;
            auto after = co_await servers.connected(1);
            const std::string refused = co_await servers.resume(*after, 1);
            CHECK(refused == "session.cannot_resume");
        }
    });
}

TEST_CASE("T29: a drained server's sessions go on at another one", "[connsrv]")
{
    Servers servers;
    World& world = servers.world;
    std::unique_ptr<LiveClient> before;
    world.play([&]() -> Task<void> {
        before = co_await servers.begin();
        (void)co_await servers.push(0, 3);
    });
    world.stop_daemon(*world.connsrvs[0]);
    world.play([&]() -> Task<void> {
        auto after = co_await servers.connected(1);
        const std::string resumed = co_await servers.resume(*after, 1);
        REQUIRE(resumed == "ok");
        const int missed = co_await servers.heard(*after);
        CHECK(missed == 2);
    });
}

TEST_CASE("I10: sessions that ended are in no buffer, and those that live stay there", "[connsrv]")
{
    Servers servers;
    World& world = servers.world;
    world.play([&]() -> Task<void> {
        auto live = co_await servers.begin();
        co_await servers.pass(5min); // renewed all the while
        auto after = co_await servers.connected(1);
        const std::string resumed = co_await servers.resume(*after, 0);
        REQUIRE(resumed == "ok");
        after->close();
        co_await servers.pass(44s);
        auto in_time = co_await servers.connected(0);
        const std::string still = co_await servers.resume(*in_time, 0);
        REQUIRE(still == "ok");
        in_time->close();
        co_await servers.pass(46s);
        auto late = co_await servers.connected(1);
        const std::string refused = co_await servers.resume(*late, 0);
        CHECK(refused == "session.cannot_resume");
    });
}
