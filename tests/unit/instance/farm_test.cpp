// What an instance does for farms besides the rules: any of them answers, and a ripe crop is told to who is there.
#include "common/protocol/farm.hpp"
#include "common/protocol/session.hpp"
#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

namespace {

void give_seeds(World& world)
{
    const std::vector<Transfer> grant{
        {new_id<TransferId>(world.clock, world.entropy), "seed.beet", "mint", player_account(ada), 10, "test"}};
    REQUIRE(world.get(world.stores->ledger.transfer(grant, world.clock.now(), {}, world.soon())));
}

} // namespace

TEST_CASE("Any instance goes on with what another one did, and gives the reply that it gave", "[instance][farm]")
{
    World world;
    world.start("instance-0");
    world.start("instance-1");
    give_seeds(world);
    const std::string plant = R"({"plots":[1],"crop":"beet"})";
    const Result<std::string> first = ask(world, "instance-0", "farm.plant", plant, "k1");
    REQUIRE(first);
    CHECK(ask(world, "instance-1", "farm.plant", plant, "k1").value() == *first);
    CHECK(ask(world, "instance-1", "farm.plant", plant, "k2").error() == game::farm::FarmErrc::plot_taken);
    CHECK(ask(world, "instance-1", "farm.sell", "{}", "k3").error() == Errc::not_found);
    world.pass(100s);
    CHECK(ask(world, "instance-1", "farm.harvest", R"({"plots":[1]})", "k4"));
}

TEST_CASE("A player who is there is told once when a crop is ripe", "[instance][farm]")
{
    World world;
    world.start("instance-0");
    give_seeds(world);
    std::vector<protocol::PushRequest> pushed;
    world.rpc.serve("connsrv", "connsrv-0", world.loop.executor(),
                    [&pushed](RpcRequest request) -> AsyncResult<std::string> {
                        pushed.push_back(protocol::decode<protocol::PushRequest>(request.body).value());
                        co_return std::string("{}");
                    });
    PlayerPresence here{ada, SessionId{"s_1"}, "connsrv-0", "desktop", "online"};
    REQUIRE(world.get(world.presence.put(here, 1h, world.soon())));
    REQUIRE(ask(world, "instance-0", "farm.plant", R"({"plots":[1],"crop":"beet"})", "k1"));
    world.pass(10s);
    REQUIRE(ask(world, "instance-0", "farm.plant", R"({"plots":[2,3],"crop":"beet"})", "k2"));
    world.pass(85s);
    CHECK(pushed.empty());
    world.pass(6s);
    REQUIRE(pushed.size() == 1);
    CHECK(pushed[0].op == "farm.ripe");
    CHECK(pushed[0].player == ada);
    CHECK(pushed[0].data.text == R"({"plots":[1]})");
    world.pass(60s);
    REQUIRE(pushed.size() == 2);
    CHECK(pushed[1].data.text == R"({"plots":[2,3]})");
    world.rpc.withdraw("connsrv", "connsrv-0");
}

TEST_CASE("No more players are remembered than there is room for", "[instance][farm]")
{
    Ripening ripening(2);
    const game::farm::Content content = harvest::test::small_farm();
    game::farm::Farm farm;
    farm.size = 12;
    farm.plots = {{1, "beet", 0ms, 1, false, 0}};
    for (const char* player : {"p_1", "p_2", "p_3"}) ripening.see(PlayerId{player}, content, farm, 0ms);
    CHECK(ripening.players() == 2);
    ripening.see(PlayerId{"p_1"}, content, game::farm::Farm{}, 0ms); // its crop is gone
    CHECK(ripening.players() == 1);
    CHECK(ripening.take(100s - 1ms).empty());
    const std::vector<Ripened> ripe = ripening.take(100s);
    REQUIRE(ripe.size() == 1);
    CHECK(ripe[0].player == PlayerId{"p_2"});
    CHECK(ripening.players() == 0);
    CHECK(ripening.take(200s).empty());
}
