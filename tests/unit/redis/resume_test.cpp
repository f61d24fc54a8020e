#include "common/adapters/redis/redis_resume_buffers.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "tests/unit/redis/server.hpp"

#include <csignal>

using namespace harvest;
using namespace harvest::test;

namespace {

constexpr Millis longest_wait{200}; // twice what is promised, for a machine with more to do than this

// What one connection server has.
struct Connsrv {
    explicit Connsrv(const RedisServer& server) : connection(server.options()) {}
    system::SystemClock clock;
    system::SystemEntropy entropy;
    redis::RedisConnection connection;
    redis::RedisResumeBuffers buffers{connection, clock, entropy};

    Result<std::vector<ResumeWritten>> write(const std::string& push, Millis ttl = 30s)
    {
        ResumeWrite one;
        one.key = {"the secret of the token", "f1"};
        one.holder = "connsrv-0";
        one.player = {"p_1"};
        one.session = {"s_1"};
        one.standing = ResumeStanding{"desktop", "online", {"room:hidden"}, {}};
        one.last_seq = 1;
        one.pushes.push_back(push);
        one.ttl = ttl;
        std::vector<ResumeWrite> writes;
        writes.push_back(std::move(one));
        return get(buffers.write(std::move(writes), clock.after(5s)));
    }
    std::pair<Result<ResumeTaken>, Millis> take(Millis within = 80ms)
    {
        ResumeTake take;
        take.key = {"the secret of the token", "f2"};
        take.holder = "connsrv-1";
        take.player = {"p_1"};
        take.session = {"s_1"};
        take.ttl = 30s;
        return timed(buffers.take(std::move(take), clock.after(within)));
    }
    std::string key()
    {
        const redis::Reply keys = ask(connection, {"KEYS", "*"}).value();
        REQUIRE(keys.items.size() == 1);
        return keys.items[0].text;
    }
};

} // namespace

TEST_CASE("What Redis keeps of a session holds no secret, and nothing that a client was told", "[redis]")
{
    RedisServer server;
    Connsrv connsrv(server);
    REQUIRE(connsrv.write(R"({"op":"match.found","seq":1,"data":{"ticket":"hidden"}})"));
    const std::string key = connsrv.key();
    CHECK(key.starts_with("harvest:resume:v1:"));
    const redis::Reply fields = ask(connsrv.connection, {"HGETALL", key}).value();
    REQUIRE(fields.items.size() == 16);
    for (const redis::Reply& field : fields.items) {
        CHECK(field.text.find("hidden") == std::string::npos);
        CHECK(field.text.find("secret") == std::string::npos);
    }
    CHECK(key.find("secret") == std::string::npos);
    // A push that stands where another one stood does not open, nor does one that was changed.
    REQUIRE(ask(connsrv.connection, {"HSET", key, "p1", std::string(40, 'x')}));
    CHECK(connsrv.take(5s).first.error() == Errc::data_loss);
}

TEST_CASE("T33: Redis killed or flushed: a resume elsewhere is refused in time", "[redis]")
{
    RedisServer server;
    Connsrv connsrv(server);
    REQUIRE(connsrv.write("a push"));
    REQUIRE(ask(connsrv.connection, {"FLUSHALL"}));
    REQUIRE(ask(connsrv.connection, {"SCRIPT", "FLUSH"}));
    CHECK(connsrv.take(5s).first.error() == Errc::not_found);
    REQUIRE(connsrv.write("a push"));
    server.kill();
    for (int i = 0; i < 5; ++i) {
        const auto [taken, took] = connsrv.take();
        CHECK(taken.error() == Errc::unavailable);
        CHECK(took <= longest_wait);
        CHECK(connsrv.write("a push").error() == Errc::unavailable);
    }
    server.start();
    REQUIRE(eventually([&] { return connsrv.write("a push").has_value(); }));
    CHECK(connsrv.take(5s).first->pushes == std::vector<std::string>{"a push"});
}

TEST_CASE("T33: Redis stopped: a resume elsewhere is refused in time", "[redis]")
{
    RedisServer server;
    Connsrv connsrv(server);
    REQUIRE(connsrv.write("a push"));
    server.signal(SIGSTOP);
    for (int i = 0; i < 5; ++i) {
        const auto [taken, took] = connsrv.take();
        CHECK((taken.error() == Errc::timed_out || taken.error() == Errc::unavailable));
        CHECK(took <= longest_wait);
    }
    server.signal(SIGCONT);
    CHECK(eventually([&] { return connsrv.write("a push").has_value(); }));
}

TEST_CASE("Damaged resume buffers count as not there, and are mended by the next whole write", "[redis]")
{
    RedisServer server;
    Connsrv connsrv(server);
    REQUIRE(connsrv.write("a push"));
    const std::string key = connsrv.key();
    for (const char* field : {"first", "last"})
        for (const char* damage : {"", "x", "nan", "-1", "1e300", "0x7fffffffffffffff"}) {
            CAPTURE(field, damage);
            REQUIRE(ask(connsrv.connection, {"HSET", key, field, damage}));
            CHECK(connsrv.take(5s).first.error() == Errc::not_found);
            REQUIRE(connsrv.write("a push")->at(0) == ResumeWritten::kept);
        }
    REQUIRE(ask(connsrv.connection, {"HDEL", key, "p1"}));
    CHECK(connsrv.take(5s).first.error() == Errc::not_found);
    REQUIRE(ask(connsrv.connection, {"SET", key, "x"}));
    CHECK(connsrv.take(5s).first.error() == Errc::not_found);
    REQUIRE(connsrv.write("a push")->at(0) == ResumeWritten::kept);
    CHECK(connsrv.take(5s).first->pushes == std::vector<std::string>{"a push"});
}

TEST_CASE("I10: what nobody renews of sessions leaves nothing in Redis", "[redis]")
{
    RedisServer server;
    Connsrv connsrv(server);
    REQUIRE(connsrv.write("a push", 300ms));
    CHECK(ask(connsrv.connection, {"DBSIZE"})->integer == 1);
    CHECK(eventually([&] { return ask(connsrv.connection, {"DBSIZE"})->integer == 0; }));
}
