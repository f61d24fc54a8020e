#include "common/protocol/session.hpp"
#include "daemons/connsrv/service.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::connsrv;
using namespace harvest::test;

namespace {

SignIn limited_player(const std::string& player, const std::string& session, const std::string& device = "desktop")
{
    SignIn who;
    who.player = {player};
    who.session = {session};
    who.device_class = device;
    who.resume = "r" + session;
    return who;
}

std::int64_t said(Roster& roster, ConnId conn, Millis now)
{
    std::int64_t count = 0;
    while (count < 100 && roster.admit_op(*roster.connection(conn), Op::chat_send, now) == Millis{0}) ++count;
    return count;
}

} // namespace

TEST_CASE("The limits of ops are a player's: no other connection, session or device class has more", "[connsrv]")
{
    const std::int64_t burst = op_table()[static_cast<std::size_t>(Op::chat_send)].rule.burst;
    Roster roster{Limits{}};
    const ConnId first = roster.opened(1h);
    (void)roster.admit(first, limited_player("ann", "s1"), 1h);
    CHECK(said(roster, first, 1h) == burst);
    roster.closed(first, 1h);
    const ConnId second = roster.opened(1h);
    REQUIRE(roster.resume(second, {"ann"}, {"s1"}, "rs1", 0, 1h));
    CHECK(said(roster, second, 1h) == 0);
    const ConnId phone = roster.opened(1h);
    (void)roster.admit(phone, limited_player("ann", "s2", "mobile"), 1h);
    CHECK(said(roster, phone, 1h) == 0);
    (void)roster.revoke({"ann"}, {});
    const ConnId anew = roster.opened(1h);
    (void)roster.admit(anew, limited_player("ann", "s3"), 1h);
    CHECK(said(roster, anew, 1h) == 0);
    const ConnId other = roster.opened(1h);
    (void)roster.admit(other, limited_player("bob", "s4"), 1h);
    CHECK(said(roster, other, 1h) == burst);
    CHECK(said(roster, anew, 1h + 500ms) == 1);
}

TEST_CASE("The limits of a player are forgotten once they are as new, and not before", "[connsrv]")
{
    Roster roster{Limits{}};
    for (int i = 0; i < 10; ++i) {
        const ConnId conn = roster.opened(1h);
        (void)roster.admit(conn, limited_player("p" + std::to_string(i), "s" + std::to_string(i)), 1h);
        CHECK(said(roster, conn, i < 5 ? 1h : 1h + 3s) == 10);
    }
    CHECK(roster.forget_unused_ops(100, 1h + 5s - 1ms) == 10);
    CHECK(roster.forget_unused_ops(100, 1h + 5s) == 5);
    CHECK(roster.forget_unused_ops(3, 1h + 8s) == 2);
    CHECK(roster.forget_unused_ops(3, 1h + 8s) == 0);
    CHECK(roster.forget_unused_ops(3, 1h + 8s) == 0);
}

TEST_CASE("A connection that is resumed again and again says no more than one that stays", "[connsrv]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        auto live = world.client();
        (void)co_await live->connect();
        std::string data = World::hello(ann);
        const Result<std::string> hello = co_await live->call("session.hello", std::move(data));
        REQUIRE(hello);
        const std::string secret = protocol::decode<protocol::HelloReply>(*hello)->resume;
        int admitted = 0;
        for (int round = 0; round < 5; ++round) {
            for (int i = 0; i < 6; ++i) {
                const Result<std::string> set = co_await live->call("presence.set", R"({"status":"away"})");
                if (set) ++admitted;
            }
            live = world.client();
            (void)co_await live->connect();
            const protocol::ResumeRequest resume{ann.token, secret, std::string(protocol::live_protocol), 0};
            data = protocol::encode(resume);
            const Result<std::string> resumed = co_await live->call("session.resume", std::move(data));
            REQUIRE(resumed);
        }
        CHECK(admitted == 5);
    });
}
