#include "common/adapters/process/in_process_allocator.hpp"
#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

TEST_CASE("T12: the allocator spreads matches, and asked again gives the same home", "[instance]")
{
    World world;
    Config small = World::quick();
    small.max_matches = 3;
    world.start("instance-0", small);
    world.start("instance-1", small);
    world.pass(3s); // both are announced
    process::InProcessAllocator allocator(world.rpc, world.presence, world.clock);
    std::map<std::string, int> homes;
    std::vector<std::pair<MatchId, std::string>> given;
    for (int i = 0; i < 6; ++i) {
        const Match match = world.make_match("casual", {"greedy", "greedy"});
        const Result<Allocation> home = world.get(allocator.allocate(match.id, world.soon()));
        REQUIRE(home);
        REQUIRE(home->endpoints.size() == 1);
        CHECK(home->endpoints[0].fingerprint == "f1");
        CHECK(home->endpoints[0].port == 7401);
        ++homes[home->instance];
        given.emplace_back(match.id, home->instance);
        const Result<Allocation> again = world.get(allocator.allocate(match.id, world.soon()));
        REQUIRE(again);
        CHECK(again->instance == home->instance);
        CHECK(world.stored(match.id).epoch == 1);
    }
    CHECK(homes["instance-0"] == 3);
    CHECK(homes["instance-1"] == 3);
    const Match more = world.make_match("casual");
    CHECK(world.get(allocator.allocate(more.id, world.soon())).error() == Errc::unavailable);
}

TEST_CASE("T12: the match of an instance that is gone finds a new home once its lease is out", "[instance]")
{
    World world;
    Running& first = world.start("instance-0");
    world.pass(3s);
    process::InProcessAllocator allocator(world.rpc, world.presence, world.clock);
    const Match match = world.make_match("casual");
    REQUIRE(world.get(allocator.allocate(match.id, world.soon()))->instance == "instance-0");
    world.rpc.withdraw("instance", "instance-0");
    world.freeze(first);
    world.start("instance-1");
    world.pass(3s);
    CHECK_FALSE(world.get(allocator.allocate(match.id, world.clock.after(500ms))));
    world.pass(16s);
    const Result<Allocation> moved = world.get(allocator.allocate(match.id, world.soon()));
    REQUIRE(moved);
    CHECK(moved->instance == "instance-1");
    CHECK(world.stored(match.id).epoch == 2);
}
